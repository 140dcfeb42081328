# Two stages: the first installs what is locked, the second carries only what runs.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=billingsync.settings \
    BILLINGSYNC_DATA_DIR=/tmp/billingsync
# The client programs of the server's version: backup and restore run inside this image.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin billingsync
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
# The manifest of static files is made by the storage that production uses; nothing here is a secret or is kept.
RUN BILLINGSYNC_ENV=production \
    SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built-0000 \
    FIELD_ENCRYPTION_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    INSTALLATION_ID=only-for-building \
    DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost/0 \
    ALLOWED_HOSTS=localhost PUBLIC_URL=https://localhost \
    EMAIL_URL=smtp://localhost DEFAULT_FROM_EMAIL=build@localhost OPERATOR_EMAIL=build@localhost \
    python manage.py collectstatic --no-input --verbosity 0
ENV BILLINGSYNC_ENV=production
# What it was built from: docker compose build --build-arg BUILD=$(git rev-parse --short HEAD)
ARG BUILD=""
ENV BILLINGSYNC_BUILD=$BUILD
USER billingsync
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s --retries=3 CMD ["python", "-m", "billingsync.healthcheck"]
CMD ["gunicorn", "-c", "python:billingsync.web_server", "billingsync.wsgi:application"]
