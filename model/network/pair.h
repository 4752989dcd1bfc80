/* pair.h - how a line and what it is turned into lie in one context.
 *
 *     place:     attribute   source …      target …  <null> …
 *     position:  0           1 …           begin …                 2 begin - 1 at most
 *
 * The target begins at one position whatever the source's length, so that a place of the target and the place
 * of the source that it comes from are always about as far apart. Sources are context, which sees itself
 * alone; the target is one hole. */
#ifndef MODEL_NETWORK_PAIR_H
#define MODEL_NETWORK_PAIR_H

enum { PAIR_SLOTS = 1, PAIR_BEGIN_MIN = 16, PAIR_BEGIN_MAX = 2048 };

/* Places of a wholly masked target while its length is not known; a longer target has no tail of nulls. */
int pair_canvas(int source, int begin);

#endif
