#!/bin/sh
# No include goes against the arrows of ARCHITECTURE.md: an outer room may include an inner one, never the reverse.
cd "${1:?source folder}" || exit 2
bad=0

# room ALLOWED...: the files of a room include headers of itself and of the rooms named, and no other of the project.
room()
{
    folder=$1
    shift
    [ -d "$folder" ] || return 0
    allowed="$folder/"
    for other in "$@"; do
        allowed="$allowed|$other"
    done
    found=$(grep -rnE --include='*.[ch]' '^#include "(editor|model)/' "$folder" | grep -vE "#include \"($allowed)")
    if [ -n "$found" ]; then
        echo "$found"
        echo "   ^ $folder may include only: $folder $*"
        bad=1
    fi
}

room model/base model/lacuna.h
room model/format model/lacuna.h model/base/
room model/tokenizer model/lacuna.h model/base/ model/format/
room model/tensor model/lacuna.h model/base/ model/format/
room model/network model/lacuna.h model/base/ model/format/ model/tensor/
room model/diffusion model/lacuna.h model/base/ model/format/ model/tensor/ model/network/
room model/infill model/lacuna.h model/base/ model/format/ model/tokenizer/ model/tensor/ model/network/ model/diffusion/
room model/train model/lacuna.h model/base/ model/format/ model/tokenizer/ model/tensor/ model/network/ model/diffusion/
room model/verify model/
room model/command model/
room editor/base
room editor/text editor/base/
room editor/command editor/base/ editor/text/ model/lacuna.h
room editor/view editor/base/ editor/text/ editor/command/
room editor/app editor/

door=$(grep -rnE --include='*.[ch]' '^#include "model/' editor | grep -vE '^editor/command/fill[^/]*\.[ch]:|^editor/command/fill/')
[ -z "$door" ] || { echo "$door"; echo "   ^ only editor/command/fill* may include model/lacuna.h"; bad=1; }
inner=$(grep -rnE --include='*.[ch]' '^#include "model/' editor | grep -v '"model/lacuna.h"')
[ -z "$inner" ] || { echo "$inner"; echo "   ^ the editor knows model/lacuna.h alone"; bad=1; }
curses=$(grep -rnlE --include='*.[ch]' '#include <(n?curses|term|ncursesw/.*)\.h>' editor model | grep -v '^editor/view/')
[ -z "$curses" ] || { echo "$curses: ncurses belongs to editor/view"; bad=1; }
exit $bad
