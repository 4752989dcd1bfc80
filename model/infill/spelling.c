#include "model/infill/spelling.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { LETTERS_MOST = 40 };
static const double LETTER = 2.5, CASE = 1, UNLIKE = 8;

static double differ(char a, char b)
{
    if (a == b)
        return 0;
    return tolower((unsigned char)a) == tolower((unsigned char)b) ? CASE : LETTER;
}

double spelling_cost(const char *written, size_t written_size, const char *meant, size_t meant_size)
{
    int m = (int)written_size, n = (int)meant_size;
    if (written_size > LETTERS_MOST || meant_size > LETTERS_MOST || abs(m - n) > 3)
        return UNLIKE;
    double rows[3][LETTERS_MOST + 1];
    for (int j = 0; j <= n; j++)
        rows[0][j] = j * LETTER;
    for (int i = 1; i <= m; i++) {
        double *row = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        row[0] = i * LETTER;
        for (int j = 1; j <= n; j++) {
            row[j] = fmin(before[j - 1] + differ(written[i - 1], meant[j - 1]),
                          fmin(before[j], row[j - 1]) + LETTER);
            bool swapped = i > 1 && j > 1 && written[i - 1] == meant[j - 2] && written[i - 2] == meant[j - 1];
            if (swapped)
                row[j] = fmin(row[j], earlier[j - 2] + LETTER);
        }
    }
    return fmin(rows[m % 3][n], UNLIKE);
}
