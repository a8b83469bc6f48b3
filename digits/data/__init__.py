"""What is learned from and measured with: MNIST, its splits, drawn digits, and what is no digit."""
