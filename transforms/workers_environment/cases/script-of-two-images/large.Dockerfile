FROM python:3.12
ENV WEB_CONCURRENCY=16
COPY start.sh /start.sh
CMD ["/start.sh"]
