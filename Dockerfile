# Two stages: the first installs, checks the weights and builds the edition; the second serves what it made.
ARG PYTHON_IMAGE=python:3.11-slim
FROM ${PYTHON_IMAGE} AS build
# PyTorch's CPU wheels: PyPI's Linux wheel brings gigabytes of CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python3.11 -m venv .venv
# The layer with the dependencies changes only with what is pinned.
COPY pyproject.toml constraints.txt README.md ./
COPY kb/__init__.py kb/
COPY ingest/__init__.py ingest/
COPY service/__init__.py service/
COPY service/question/__init__.py service/question/
COPY service/question/artefact/__init__.py service/question/artefact/
COPY service/retrieval/__init__.py service/retrieval/
COPY service/analysis/__init__.py service/analysis/
COPY service/analysis/review/__init__.py service/analysis/review/
COPY service/answer/__init__.py service/answer/
COPY service/store/__init__.py service/store/
COPY service/check/__init__.py service/check/
COPY service/model/__init__.py service/model/
COPY service/frontends/__init__.py service/frontends/
COPY service/frontends/http/__init__.py service/frontends/http/
COPY service/frontends/slack/__init__.py service/frontends/slack/
COPY evals/__init__.py evals/
RUN .venv/bin/pip install --quiet --constraint constraints.txt --extra-index-url "${TORCH_INDEX}" --editable .
COPY kb kb
COPY ingest ingest
COPY service service
COPY evals evals
# Verifies the weights against their sha256, then embeds every entry.
RUN .venv/bin/dbarch ingest

FROM ${PYTHON_IMAGE} AS serve
RUN useradd --system --uid 10001 --home-dir /app dbarch
WORKDIR /app
COPY --from=build --chown=10001:10001 /app /app
USER 10001
ENV DBARCH_HOST=0.0.0.0 DBARCH_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
CMD [".venv/bin/dbarch", "serve"]
