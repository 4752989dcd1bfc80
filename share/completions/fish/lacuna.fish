# fish completion for lacuna.

complete -c lacuna -l keymap -x -a 'vi emacs cua' -d 'keymap'
complete -c lacuna -l model -r -a '(lacuna-model models 2>/dev/null | string replace -r " .*" "")' -d 'name, folder or file of a model'
complete -c lacuna -l config -r -d 'configuration file'
complete -c lacuna -l readonly -s R -d 'do not change the file'
complete -c lacuna -l tutor -d 'open the tutorial'
complete -c lacuna -l recover -r -d 'recover from the journal of a file'
complete -c lacuna -l headless -d 'apply keys without a terminal'
complete -c lacuna -l keys -r -d 'file of keys for --headless'
complete -c lacuna -l help -d 'describe the options'
complete -c lacuna -l version -d 'print the version'
