import dateutil
import flask
import packaging
import six

assert six.__version__ == "1.16.0"
