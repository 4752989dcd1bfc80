/* choice.h - an option whose value is one of a few words. */
#ifndef MODEL_COMMAND_CHOICE_H
#define MODEL_COMMAND_CHOICE_H

#include "model/command/verb.h"

/* *chosen becomes the place of the option's value among `names` (ended by NULL); it stays where the option
 * was not given. false: the value is none of them, which has been said. */
bool call_choice(const struct call *call, const char *option, const char *const *names, int *chosen);

#endif
