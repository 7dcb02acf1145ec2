import sys

sys.path.insert(0, "libs/member/src")

import flask
import member_lib
