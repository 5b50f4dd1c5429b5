FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 HF_HUB_OFFLINE=1 QUOTH_DATA=/data
WORKDIR /app

# The CPU build of PyTorch: the usual one brings gigabytes of GPU libraries along.
RUN pip install torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY index index
COPY adapters adapters
COPY seeds seeds
# The embedding model is a package among the dependencies, so it is inside the image.
RUN pip install -c constraints.txt -e .

RUN useradd --create-home quoth && mkdir /data && chown quoth /data
USER quoth
VOLUME /data
HEALTHCHECK --interval=30s --timeout=20s --start-period=120s CMD ["quoth", "health"]
ENTRYPOINT ["quoth"]
CMD ["run"]
