# Every sampler that reveals places fills holes, on models in which all rows see all rows, and keeps the promises of a fill.
. "$(dirname "$0")/check.inc"

samplers="ancestral confidence confidence_threshold dual_cache entropy low_confidence margin maskgit_plus origin
  prefix_cache random sample_confidence sample_topk threshold topk_margin"
text='The old man went to the sea, and the moon was old.'
printf '%s' "$text" >"$work/text"
printf '%s' "The old man swam to the sky, and the moon was old." >"$work/other"

fill() { # family sampler threads file option…
  family=$1 sampler=$2 threads=$3 file=$4
  shift 4
  run 0 infill --model "${model}$family" --sampler "$sampler" --threads "$threads" --seed 3 --length 5 \
    --span 12:16 24:27 "$@" "$work/$file"
  holds "$work/out" "The old man " "the text in front stays ($family $sampler $*)"
  holds "$work/out" " to the " "the text between stays ($family $sampler $*)"
  holds "$work/out" ", and the moon was old." "the text behind stays ($family $sampler $*)"
}

for family in _llada _dream _tiny_diffusion; do
  for sampler in $samplers; do
    fill $family $sampler 1 text
    cp "$work/out" "$work/once"
    fill $family $sampler 2 other
    same "$work/once" "$work/out" "threads and what is in the holes change nothing ($family, $sampler)"
    fill $family $sampler 1 text --temperature 1 --top-p 0.9 --top-k 20 --block 2 --threshold 0.4 --reveals 1
    cp "$work/out" "$work/once"
    fill $family $sampler 2 other --temperature 1 --top-p 0.9 --top-k 20 --block 2 --threshold 0.4 --reveals 1
    same "$work/once" "$work/out" "nor where pieces are drawn ($family, $sampler)"
    fill $family $sampler 1 text --attribute formal --guidance 2.5 --keep moon
    grep -q 'moon.*moon' "$work/out" || wrong "the kept word stands in a hole ($family, $sampler)"
  done
done

for sampler in threshold prefix_cache dual_cache; do
  fill "" $sampler 1 text --threshold 0.3 --block 4
  cp "$work/out" "$work/$sampler"
done
same "$work/threshold" "$work/prefix_cache" "a context apart needs no cache of the text in front"
same "$work/threshold" "$work/dual_cache" "nor of that on both sides"

for topk in entropy maskgit_plus; do
  fill _dream $topk 1 text
  cp "$work/out" "$work/best"
  fill _dream $topk 1 text --temperature 1 --top-k 1
  same "$work/best" "$work/out" "of one piece to draw among there is one outcome ($topk)"
done

fill _dream entropy 1 text --temperature 1 --steps 8
cp "$work/out" "$work/ranked"
fill _dream entropy 1 text --temperature 1 --steps 8 --alg-temp 0.000001
same "$work/ranked" "$work/out" "places drawn at almost no temperature are those by rank"
fill _dream entropy 1 text --temperature 1 --steps 8 --alg-temp 50
cmp -s "$work/ranked" "$work/out" && wrong "a temperature of the places changes their order"

fill "" confidence 1 text --json
exact=$(grep -o '"steps":[0-9]*' "$work/out")
fill "" confidence 1 text --json --early-exit 0
[ "$(grep -o '"steps":[0-9]*' "$work/out")" = "$exact" ] || wrong "an early exit of 0 takes every step"
fill "" confidence 1 text --json --early-exit 0.1
early=$(grep -o '"steps":[0-9]*' "$work/out")
[ "${early#*:}" -lt "${exact#*:}" ] || wrong "an early exit saves no step"
run 1 infill --early-exit 1.5 --span 0:1 "$work/text"
holds "$work/err" "--early-exit takes a number from 0 to 1" "an early exit is a share"

run 0 infill --help
for sampler in $samplers; do holds "$work/out" "  $sampler " "--help lists the samplers"; done
holds "$work/out" "approximate" "--help says what is approximate"
run 1 infill --sampler threshold --threshold 2 --span 0:1 "$work/text"
echo '{"text":"a b c","spans":[[2,3]],"sampler":"best"}
{"text":"a b c","spans":[[2,3]],"top_p":1.5}
{"text":"a b c","spans":[[2,3]],"top_k":-1}
{"text":"a b c","spans":[[2,3]],"early_exit":2}
{"text":"a b c","spans":[[2,3]],"alg_temp":-1}
{"text":"a b c","spans":[[2,3]],"block_length":"long"}' >"$work/requests"
run 2 infill --model "$model" --requests "$work/requests"
[ "$(grep -c '"code":"bad_request"' "$work/out")" -eq 6 ] || wrong "bad settings are bad requests"
finish
