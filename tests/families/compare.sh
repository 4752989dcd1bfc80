#!/bin/sh
# compare.sh LACUNA-MODEL FOLDER: families without reference cases against networks written in numpy; status 77: there is no numpy.
for python in python3 /usr/bin/python3; do
    "$python" -c 'import numpy' 2>/dev/null && exec "$python" -B "$2/compare.py" "$1"
done
echo "skipped: no python3 with numpy"
exit 77
