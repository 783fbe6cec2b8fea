/* Every series of SPEC 3 that TA-Lib defines, over one klines CSV on standard input (open_time, open, high, low, close,
 * volume, ...; a header line is skipped). Prints one text line, "TA-Lib VERSION|ROWS|CODE,CODE,...", and then one column
 * of ROWS float64 in the machine's byte order a code, NaN before the first value. Unstable period 0, TA-Lib's default.
 *
 * With an argument LAPS it prints times instead: a line "CODE,CODE NANOSECONDS" a call, the median of that many laps over all
 * rows after one that does not count.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ta_libc.h"

#define MAX_SERIES 64
static int n = 0, cap = 0;
static double *o, *h, *l, *c, *v, *columns[MAX_SERIES];
static const char *codes[MAX_SERIES];
static int series = 0, begin, count, laps = 0;
static double *lap_ns;

static void read_klines(void) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    double x[6];
    if (sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf", x, x + 1, x + 2, x + 3, x + 4, x + 5) != 6) continue;
    if (n == cap) {
      cap = cap ? cap * 2 : 1 << 16;
      double **p[] = {&o, &h, &l, &c, &v};
      for (int k = 0; k < 5; k++) *p[k] = realloc(*p[k], cap * sizeof(double));
    }
    o[n] = x[1]; h[n] = x[2]; l[n] = x[3]; c[n] = x[4]; v[n] = x[5];
    n++;
  }
}

/* A new column under `code`; TA-Lib writes from its front, `place` moves the values to their rows. */
static double *column(const char *code) {
  codes[series] = code;
  return columns[series++] = malloc((n ? n : 1) * sizeof(double));
}

static void place(const char *call, TA_RetCode rc, int outputs) {
  if (rc != TA_SUCCESS) { fprintf(stderr, "talib-series: %s returned %d\n", call, rc); exit(1); }
  for (int k = series - outputs; k < series; k++) {
    memmove(columns[k] + begin, columns[k], count * sizeof(double));
    for (int i = 0; i < begin && i < n; i++) columns[k][i] = NAN;
    if (count == 0) for (int i = 0; i < n; i++) columns[k][i] = NAN;
  }
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_time(int outputs) {
  qsort(lap_ns, laps, sizeof(double), ascending);
  for (int k = series - outputs; k < series; k++) printf("%s%s", k > series - outputs ? "," : "", codes[k]);
  printf(" %.0f\n", laps % 2 ? lap_ns[laps / 2] : (lap_ns[laps / 2 - 1] + lap_ns[laps / 2]) / 2);
}

#define PLACE(outputs, call) do { \
    TA_RetCode code = call; \
    for (int lap = 0; lap < laps; lap++) { \
      double since = now_ns(); \
      code = call; \
      lap_ns[lap] = now_ns() - since; \
    } \
    if (laps) print_time(outputs); \
    place(#call, code, outputs); \
  } while (0)
#define OUT &begin, &count

int main(int argc, char **argv) {
  if (argc > 1 && (laps = atoi(argv[1])) < 1) {
    fprintf(stderr, "talib-series: '%s' laps; allowed: 1 and more\n", argv[1]);
    return 2;
  }
  lap_ns = malloc((laps ? laps : 1) * sizeof(double));
  read_klines();
  if (n < 1) { fprintf(stderr, "talib-series: no rows on standard input\n"); return 2; }
  if (TA_Initialize() != TA_SUCCESS) { fprintf(stderr, "talib-series: TA_Initialize failed\n"); return 1; }
  int e = n - 1;
  double *a, *b, *d;
  a = column("SMA20"); PLACE(1, TA_SMA(0, e, c, 20, OUT, a));
  a = column("SMA50"); PLACE(1, TA_SMA(0, e, c, 50, OUT, a));
  a = column("SMA200"); PLACE(1, TA_SMA(0, e, c, 200, OUT, a));
  a = column("EMA9"); PLACE(1, TA_EMA(0, e, c, 9, OUT, a));
  a = column("EMA12"); PLACE(1, TA_EMA(0, e, c, 12, OUT, a));
  a = column("EMA20"); PLACE(1, TA_EMA(0, e, c, 20, OUT, a));
  a = column("EMA21"); PLACE(1, TA_EMA(0, e, c, 21, OUT, a));
  a = column("EMA26"); PLACE(1, TA_EMA(0, e, c, 26, OUT, a));
  a = column("EMA50"); PLACE(1, TA_EMA(0, e, c, 50, OUT, a));
  a = column("EMA200"); PLACE(1, TA_EMA(0, e, c, 200, OUT, a));
  a = column("RSI14"); PLACE(1, TA_RSI(0, e, c, 14, OUT, a));
  a = column("MACD"); b = column("MACD_SIGNAL"); d = column("MACD_HIST");
  PLACE(3, TA_MACD(0, e, c, 12, 26, 9, OUT, a, b, d));
  a = column("ADX14"); PLACE(1, TA_ADX(0, e, h, l, c, 14, OUT, a));
  a = column("PLUS_DI14"); PLACE(1, TA_PLUS_DI(0, e, h, l, c, 14, OUT, a));
  a = column("MINUS_DI14"); PLACE(1, TA_MINUS_DI(0, e, h, l, c, 14, OUT, a));
  a = column("ATR14"); PLACE(1, TA_ATR(0, e, h, l, c, 14, OUT, a));
  a = column("ATR_PCT14"); PLACE(1, TA_NATR(0, e, h, l, c, 14, OUT, a));
  a = column("BB_UPPER20"); b = column("BB_MIDDLE20"); d = column("BB_LOWER20");
  PLACE(3, TA_BBANDS(0, e, c, 20, 2, 2, TA_MAType_SMA, OUT, a, b, d));
  a = column("STOCH_K14"); b = column("STOCH_D14");
  PLACE(2, TA_STOCH(0, e, h, l, c, 14, 3, TA_MAType_SMA, 3, TA_MAType_SMA, OUT, a, b));
  a = column("CCI20"); PLACE(1, TA_CCI(0, e, h, l, c, 20, OUT, a));
  a = column("WILLR14"); PLACE(1, TA_WILLR(0, e, h, l, c, 14, OUT, a));
  a = column("ROC10"); PLACE(1, TA_ROC(0, e, c, 10, OUT, a));
  a = column("MOM10"); PLACE(1, TA_MOM(0, e, c, 10, OUT, a));
  a = column("MFI14"); PLACE(1, TA_MFI(0, e, h, l, c, v, 14, OUT, a));
  a = column("OBV"); PLACE(1, TA_OBV(0, e, c, v, OUT, a));
  a = column("VOL_SMA20"); PLACE(1, TA_SMA(0, e, v, 20, OUT, a));
  a = column("DONCHIAN_UPPER20"); PLACE(1, TA_MAX(0, e, h, 20, OUT, a));
  a = column("DONCHIAN_LOWER20"); PLACE(1, TA_MIN(0, e, l, 20, OUT, a));
  a = column("PSAR"); PLACE(1, TA_SAR(0, e, h, l, 0.02, 0.2, OUT, a));
  if (laps) return 0;
  /* The version string ends with the build's date, which does not belong in a golden. */
  char version[64];
  snprintf(version, sizeof version, "%s", TA_GetVersionString());
  version[strcspn(version, " ")] = 0;
  printf("TA-Lib %s|%d|", version, n);
  for (int k = 0; k < series; k++) printf("%s%s", k ? "," : "", codes[k]);
  putchar('\n');
  for (int k = 0; k < series; k++) fwrite(columns[k], sizeof(double), n, stdout);
  return 0;
}
