/* find_model.h - from what the user calls a model to where it lies.
 *
 * A text with a slash, "." and ".." are paths. Anything else is a name, looked for as models/NAME (a folder,
 * or a file with or without .gguf) in, one after another: the given data folder; the data folder of the
 * installation that this program or library belongs to, wherever it was unpacked (share/lacuna beside bin or
 * lib, share of the source tree above a build tree); $XDG_DATA_HOME/lacuna; lacuna in each of $XDG_DATA_DIRS.
 * Then the name is tried as a file in the working folder. */
#ifndef MODEL_BASE_FIND_MODEL_H
#define MODEL_BASE_FIND_MODEL_H

#include "model/base/error.h"

/* The path, malloc'd. NULL: LACUNA_MODEL, and the message lists where it was looked for and the models that
 * are there. `data_folder` may be NULL. */
char *find_model(const char *name_or_path, const char *data_folder, struct lacuna_error *error);

/* Calls visit for each model that a name reaches, in the order of search, with its name and path (borrowed).
 * A name that is found twice is visited twice; the first one counts. */
void find_models(const char *data_folder, void (*visit)(void *user, const char *name, const char *path),
                 void *user);

/* A file of the data folders that hold models/, "attributes.yaml" say: the first one there is, malloc'd, or
 * NULL. */
char *find_data(const char *name, const char *data_folder);

#endif
