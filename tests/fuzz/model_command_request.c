#include "model/base/memory.h"
#include "model/command/request.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a request says must be inside what was given, and its id must be JSON again. */
static void check(const struct request *request, bool accepted)
{
    if (request->id) {
        json_t *id =
            json_loads(request->id, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
        assert(id);
        json_decref(id);
    }
    if (accepted) {
        assert(request->body.text && strlen(request->body.text) <= request->body.size);
        for (size_t i = 0; i < request->body.keep_count; i++)
            assert(request->body.keep[i]);
        assert(request->body.length.low <= request->body.length.high);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = memory_text((const char *)data, size);
    struct request request;
    struct lacuna_error error = { 0 };
    bool accepted = request_parse(&request, line, size, 0, &error);
    assert(accepted || error.code != LACUNA_OK);
    check(&request, accepted);
    request_release(&request);
    free(line);
    return 0;
}
