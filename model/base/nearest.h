/* nearest.h - how far two names are apart, for messages that guess what was meant. */
#ifndef MODEL_BASE_NEAREST_H
#define MODEL_BASE_NEAREST_H

/* Letters to insert, drop, change or swap with a neighbour until one name is the other (optimal string
 * alignment); upper and lower case are the same, and letters beyond the first 96 are not looked at. */
int name_distance(const char *a, const char *b);

#endif
