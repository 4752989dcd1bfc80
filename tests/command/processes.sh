# Models of other processes: every sampler that goes with them fills holes, and keeps the promises of a fill.
. "$(dirname "$0")/check.inc"

fill() { # family sampler threads bytes-in-the-span
  run 0 infill --model "${model}_$1" --sampler "$2" --threads "$3" --seed 3 --temperature 1 --steps 12 --length 6 \
    --span 12:$((12 + ${#4})) "$work/text.$4"
}
for inside in went flew swam; do
  printf 'The old man %s to the sea, and the moon was old.' "$inside" >"$work/text.$inside"
done

for family in mdlm sedd_absorbing sedd_uniform; do
  samplers="analytic euler"
  [ $family = sedd_uniform ] || samplers="$samplers ddpm ddpm_cache confidence ancestral"
  for sampler in $samplers; do
    fill $family $sampler 1 went
    cp "$work/out" "$work/once"
    holds "$work/once" "The old man " "the text in front stays ($family, $sampler)"
    holds "$work/once" " to the sea, and the moon was old." "the text behind stays ($family, $sampler)"
    fill $family $sampler 2 went
    same "$work/once" "$work/out" "two threads, the same text ($family, $sampler)"
    fill $family $sampler 1 flew
    same "$work/once" "$work/out" "what is in the hole says nothing ($family, $sampler)"
  done
  run 0 generate --model "${model}_$family" --length 12 --count 2 --seed 4
  [ "$(wc -l <"$work/out")" -eq 2 ] || wrong "one line a sample ($family)"
done

run 2 infill --model "${model}_sedd_uniform" --sampler ddpm --span 12:16 "$work/text.went"
holds "$work/err" "take analytic" "a sampler that does not go with the process is refused"
run 0 info --model "${model}_sedd_uniform"
holds "$work/out" "process        uniform" "info names the process"
holds "$work/out" "time input     sigma" "info says what the network is told"
finish
