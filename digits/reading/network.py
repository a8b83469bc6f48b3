"""A network in LiteRT's format, ready to run."""

import threading

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray


class Network:
    """An exported network; one object serves any number of threads."""

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._local = threading.local()

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return the outputs for inputs of any shape that the network was exported for."""
        interpreter = self._interpreter()
        details = interpreter.get_input_details()[0]
        if tuple(details["shape"]) != inputs.shape:
            interpreter.resize_tensor_input(details["index"], inputs.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(details["index"], inputs)
        interpreter.invoke()
        return [
            interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()
        ]

    def _interpreter(self) -> Interpreter:
        # An interpreter holds the tensors of the call it serves, so each thread has its own.
        if not hasattr(self._local, "interpreter"):
            self._local.interpreter = Interpreter(model_content=self._model, num_threads=1)
            self._local.interpreter.allocate_tensors()
        return self._local.interpreter
