# Two stages: wheels are installed with a compiler at hand, the image that runs has none and no root.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/core.txt /tmp/core.txt
RUN /opt/venv/bin/pip install --require-hashes --no-deps -r /tmp/core.txt

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Jianyan" \
      org.opencontainers.image.description="An open-source people's-suggestion portal"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings.production \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin jianyan \
    && mkdir -p /app /data \
    && chown jianyan:jianyan /data
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY manage.py ./
COPY deploy ./deploy
COPY portal ./portal
COPY cms ./cms
COPY suggestions ./suggestions
COPY search ./search
# Static files are part of the image: their names carry their content's hash, so old and new pages agree during
# a rolling update. The keys are thrown away with this step; dev settings make them up.
RUN DATA_DIR=/tmp/build DJANGO_SETTINGS_MODULE=portal.settings.dev python manage.py collectstatic --noinput --verbosity 0 \
    && mv /tmp/build/static /app/static \
    && rm -rf /tmp/build
ENV STATIC_ROOT=/app/static
USER jianyan
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "portal.wsgi:application", "-c", "deploy/gunicorn.conf.py"]
