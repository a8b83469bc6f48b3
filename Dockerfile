# The web page and the command line, without TensorFlow and DVC:
#   docker build --tag digits . && docker run --publish 8501:8501 digits
# .dockerignore says what goes in. A test installs and runs the same without Docker.

FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /digits
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-default-groups --group app --compile-bytecode --no-install-project
COPY . .
RUN uv sync --locked --no-default-groups --group app --compile-bytecode

FROM python:3.13-slim
RUN useradd --create-home digits
WORKDIR /digits
COPY --from=build /digits .
USER digits
ENV PATH=/digits/.venv/bin:$PATH
EXPOSE 8501
HEALTHCHECK --start-period=30s CMD ["python", "-m", "app.health"]
CMD ["streamlit", "run", "app/streamlit_app.py", "--server.address=0.0.0.0"]
