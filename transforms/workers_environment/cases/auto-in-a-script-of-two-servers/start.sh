if [ "$SERVER" = granian ]; then
  exec granian --interface asgi app:app --workers 2
fi
exec gunicorn app:app --workers 4
