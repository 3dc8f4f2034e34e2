/* The engine once more in C, as far as raid40 goes: the yardstick of what the machine could do.

   Written from the descriptions of the models (docs/models.md, the kernels' docstrings), with what is known beforehand used as the
   engine uses it: the compiled World's tables and windows of view, candidates asked for their geometry only when it is their turn,
   small angles by their series. Facts and addresses of draws come from the World, so the events must be the engine's
   (benchmarks/native.py compiles this, writes world.h from buckler.dtypes, and refuses a World that holds more than is done here).

   SI units, ECEF positions. Everything of one replication is in a Fight. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define EARTH_M ((2.0 * 6378137.0 + 6378137.0 * (1.0 - 1.0 / 298.257223563)) / 3.0)
#define TURN (2.0 * M_PI)

enum { WAITING, FLYING, KILLED, THROUGH };
enum { UNSEEN, SEEN, TRACKED, HELD, NOT_REACHED, TOO_LATE, NO_GUIDANCE, NO_CHANNEL, NO_ROUND, FIRED, NOTHING_BARS };
/* What comes first at one instant. */
enum { APPEARS, RESOLVES, STRIKES, ASSESSES, SCANS, JUDGES, DECIDES, LAUNCHES };

static const int REASON_AT[] = {
    REASON_NOT_SEEN, REASON_SEEN_TOO_LATE, REASON_NOT_IDENTIFIED, REASON_HELD_BY_RULES, REASON_OUT_OF_REACH,
    REASON_SEEN_TOO_LATE, REASON_NO_FIRE_CONTROL_TRACK, REASON_NO_CHANNEL, REASON_NO_MISSILE, REASON_MISSED,
};

typedef struct { double time_s; int32_t what, a, b; } Due;
typedef struct { uint32_t window; int32_t detected; int confirmed; } Track;
typedef struct { int tracks, tracked, attempts, identified, engaged, pending; } Picture;
typedef struct { double look_s; int stage, event, fired; } Attempt;
typedef struct { double meet_s, on_time_s, falls_until_s, falls_by, open_s; int shut; } Aim;
typedef struct { int weapon, threat, engagement, ordinal, event; double meet_s; } Shot;
typedef struct { int weapon, threat, open, event, killed; } Engagement;
typedef struct { int weapon, threat, asked; double score, kill; } Candidate;

typedef struct {
    const World *world;
    uint64_t seed, replication;
    int threats, sensors, commands, batteries, weapons, unfinished;
    double *threshold, *phase;      /* by sensor */
    int *life, *appeared;           /* by threat */
    Track *tracks;                  /* by sensor and threat */
    Picture *pictures;              /* by command and threat */
    Attempt *attempts;              /* by battery and threat */
    Aim *aims;                      /* by weapon and threat */
    int *channels, *ready, *deciding;
    Shot *shots;
    Engagement *engagements;
    Candidate *candidates;
    Due *due;
    EVENT *events;
    int64_t shot_count, engagement_count, candidate_count, due_count, event_count, event_room;
} Fight;

/* --- luck: Threefry-4x64-20 (Salmon et al. 2011, doi:10.1145/2063384.2063405) --- */

#define MIX(a, b, by) (a += b, b = (b << by | b >> (64 - by)) ^ a)
#define EVEN (MIX(x0, x1, 14), MIX(x2, x3, 16), MIX(x0, x3, 52), MIX(x2, x1, 57), \
              MIX(x0, x1, 23), MIX(x2, x3, 40), MIX(x0, x3, 5), MIX(x2, x1, 37))
#define ODD (MIX(x0, x1, 25), MIX(x2, x3, 33), MIX(x0, x3, 46), MIX(x2, x1, 12), \
             MIX(x0, x1, 58), MIX(x2, x3, 22), MIX(x0, x3, 32), MIX(x2, x1, 32))
#define KEYED(a, b, c, d, n) (x0 += a, x1 += b, x2 += c, x3 += d + n)

static inline void words(const Fight *f, uint64_t purpose, uint64_t entity, uint64_t partner, uint64_t step, uint64_t out[2])
{
    const uint64_t k0 = f->seed, k1 = f->replication, k2 = purpose, k3 = step;
    const uint64_t k4 = k0 ^ k1 ^ k2 ^ k3 ^ 0x1BD11BDAA9FC1A22ull;
    uint64_t x0 = entity + k0, x1 = partner + k1, x2 = k2, x3 = k3;
    EVEN, KEYED(k1, k2, k3, k4, 1);
    ODD, KEYED(k2, k3, k4, k0, 2);
    EVEN, KEYED(k3, k4, k0, k1, 3);
    ODD, KEYED(k4, k0, k1, k2, 4);
    EVEN, KEYED(k0, k1, k2, k3, 5);
    out[0] = x0, out[1] = x1;
}

static inline double uniform(const Fight *f, uint64_t purpose, uint64_t entity, uint64_t partner, uint64_t step)
{
    uint64_t out[2];
    words(f, purpose, entity, partner, step, out);
    return (double)(out[0] >> 11) * 0x1p-53;
}

static inline void normal_pair(const Fight *f, uint64_t purpose, uint64_t entity, uint64_t partner, double *one, double *two)
{
    uint64_t out[2];
    words(f, purpose, entity, partner, 0, out);
    const double radius = sqrt(-2.0 * log(1.0 - (double)(out[0] >> 11) * 0x1p-53));
    const double angle = TURN * (double)(out[1] >> 11) * 0x1p-53;
    *one = radius * cos(angle), *two = radius * sin(angle);
}

/* --- where things are --- */

static inline double at_least(double a, double b) { return a > b ? a : b; }
static inline double at_most(double a, double b) { return a < b ? a : b; }

/* Latitude and longitude (deg), height (m): Bowring, Survey Review 23 (1976) 323, twice, in tangents. */
static inline void geodetic(double x, double y, double z, double *lat, double *lon, float *height)
{
    const double a = 6378137.0, flat = 1.0 / 298.257223563, b = a * (1.0 - flat), e2 = flat * (2.0 - flat);
    const double p = sqrt(x * x + y * y);
    double tangent = z * a / (p * b); /* of the reduced latitude */
    for (int turn = 0; turn < 2; turn++) {
        const double cosine = 1.0 / sqrt(1.0 + tangent * tangent), sine = tangent * cosine;
        const double north = z + e2 / (1.0 - e2) * b * sine * sine * sine, out = p - e2 * a * cosine * cosine * cosine;
        tangent = (1.0 - flat) * north / out;
    }
    tangent /= 1.0 - flat;
    const double cosine = 1.0 / sqrt(1.0 + tangent * tangent), sine = tangent * cosine;
    *lat = atan(tangent) * (180.0 / M_PI), *lon = atan2(y, x) * (180.0 / M_PI);
    *height = (float)(p * cosine + z * sine - a * sqrt(1.0 - e2 * sine * sine));
}

typedef struct { double x, y, z, height_m; } Place;

static inline const double *leg(const World *w, const THREAT *body, double time_s, double *part)
{
    const int last = body->points - 1;
    const double place = (time_s - body->start_s) / body->step_s;
    int row = place <= 0.0 ? 0 : place >= last ? last - 1 : (int)place;
    *part = place <= 0.0 ? 0.0 : place >= last ? 1.0 : place - row;
    return w->path_m + 4 * (body->first + row);
}

static inline Place between(const double *from, double part)
{
    return (Place){from[0] + part * (from[4] - from[0]), from[1] + part * (from[5] - from[1]),
                   from[2] + part * (from[6] - from[2]), from[3] + part * (from[7] - from[3])};
}

static int note(Fight *f, int cause, double time_s, int kind, int subject, int object, int threat, double value, int reason)
{
    if (f->event_count == f->event_room) return -1;
    const World *w = f->world;
    EVENT *event = &f->events[f->event_count];
    event->cause = cause, event->time_s = time_s, event->kind = kind, event->reason = reason;
    event->subject = subject, event->object = object, event->value = (float)value;
    double part;
    const double *from = leg(w, &w->threats[threat], time_s, &part);
    const Place at = between(from, part);
    double lat, lon;
    float height;
    geodetic(at.x, at.y, at.z, &lat, &lon, &height);
    event->lat_deg = lat, event->lon_deg = lon, event->alt_m = height;
    return (int)f->event_count++;
}

/* --- the calendar: a heap; ties by what comes first, then by the two numbers --- */

static inline int earlier(const Due *one, const Due *two)
{
    if (one->time_s != two->time_s) return one->time_s < two->time_s;
    if (one->what != two->what) return one->what < two->what;
    return one->a != two->a ? one->a < two->a : one->b < two->b;
}

static void plan(Fight *f, double time_s, int what, int a, int b)
{
    const Due due = {time_s, what, a, b};
    int64_t hole = f->due_count++;
    while (hole > 0 && earlier(&due, &f->due[(hole - 1) / 2])) {
        f->due[hole] = f->due[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    f->due[hole] = due;
}

static Due next(Fight *f)
{
    const Due first = f->due[0], last = f->due[--f->due_count];
    int64_t hole = 0;
    for (;;) {
        int64_t child = 2 * hole + 1;
        if (child >= f->due_count) break;
        if (child + 1 < f->due_count && earlier(&f->due[child + 1], &f->due[child])) child++;
        if (!earlier(&f->due[child], &last)) break;
        f->due[hole] = f->due[child];
        hole = child;
    }
    f->due[hole] = last;
    return first;
}

/* --- sensing --- */

/* Sine and cosine of angles at the earth's centre, and the angle of a tangent: series below 0.1. */
static inline void small_angle(double t, double *sine, double *cosine)
{
    if (fabs(t) > 0.1) {
        *sine = sin(t), *cosine = cos(t);
        return;
    }
    const double q = t * t;
    *sine = t * (1.0 + q * (-1.0 / 6 + q * (1.0 / 120 + q * (-1.0 / 5040 + q * (1.0 / 362880)))));
    *cosine = 1.0 + q * (-1.0 / 2 + q * (1.0 / 24 + q * (-1.0 / 720 + q * (1.0 / 40320))));
}

static inline double angle_of(double t)
{
    if (fabs(t) > 0.1) return atan(t);
    const double q = t * t;
    return t * (1.0 + q * (-1.0 / 3 + q * (1.0 / 5 + q * (-1.0 / 7 + q * (1.0 / 9 + q * (-1.0 / 11 + q * (1.0 / 13 +
           q * (-1.0 / 15 + q * (1.0 / 17)))))))));
}

static inline double lowest_seen(const World *w, int s, double step_m, double azimuth, double ground_m)
{
    const int azimuths = (int)w->lowest_m_shape[1], ranges = (int)w->lowest_m_shape[2];
    const float *table = w->lowest_m + (int64_t)s * azimuths * ranges;
    const double place = ground_m / step_m;
    if (place > ranges - 1) return INFINITY;
    const int i = place < ranges - 2 ? (int)place : ranges - 2;
    const double v = place - i;
    double around = azimuth * (1.0 / TURN);
    around = (around < 0.0 ? around + 1.0 : around) * azimuths;
    int j = (int)around;
    const double u = around - j;
    if (j == azimuths) j = 0;
    const float *here = table + (int64_t)j * ranges + i, *beside = j + 1 == azimuths ? table + i : here + ranges;
    const double near = (1.0 - u) * here[0] + u * beside[0], far = (1.0 - u) * here[1] + u * beside[1];
    return (1.0 - v) * near + v * far;
}

static inline double air_loss_db(const World *w, int s, double step_m, double sine, double range_m)
{
    const int sines = (int)w->air_db_shape[1], ranges = (int)w->air_db_shape[2];
    const float *table = w->air_db + (int64_t)s * sines * ranges;
    const double around = 0.5 * (sines - 1) * (1.0 + 1.03 * sine / (fabs(sine) + 0.03));
    int j = (int)around;
    j = j < 0 ? 0 : j > sines - 2 ? sines - 2 : j;
    const double u = around - j, place = range_m / step_m;
    const int i = place < ranges - 2 ? (int)place : ranges - 2;
    const double v = at_most(place - i, 1.0);
    const float *low = table + (int64_t)j * ranges + i, *high = low + ranges;
    return (1.0 - v) * ((1.0 - u) * low[0] + u * high[0]) + v * ((1.0 - u) * low[1] + u * high[1]);
}

/* Mean signal-to-noise ratio of a look, 0 out of view; the range goes to *range_m. */
static double look(const World *w, int s, int i, double time_s, double *range_m)
{
    const SENSOR *radar = &w->sensors[s];
    const THREAT *body = &w->threats[i];
    double part;
    const double *from = leg(w, body, time_s, &part);
    const Place at = between(from, part);
    const double dx = at.x - radar->position_m[0], dy = at.y - radar->position_m[1], dz = at.z - radar->position_m[2];
    const double squared = dx * dx + dy * dy + dz * dz, range = sqrt(squared);
    *range_m = range;
    if (squared > radar->maximum_range_m * radar->maximum_range_m) return 0.0;
    const double east = radar->east[0] * dx + radar->east[1] * dy + radar->east[2] * dz;
    const double north = radar->north[0] * dx + radar->north[1] * dy + radar->north[2] * dz;
    const double up = radar->up[0] * dx + radar->up[1] * dy + radar->up[2] * dz;
    const double azimuth = atan2(east, north);
    if (radar->sector_half_width_rad < M_PI) {
        const double off = fabs(azimuth - radar->sector_azimuth_rad);
        if (at_most(off, TURN - off) > radar->sector_half_width_rad) return 0.0;
    }
    const double ground_m = EARTH_M * angle_of(sqrt(east * east + north * north) / (EARTH_M + radar->antenna_m + up));
    /* Over the effective earth the ray is straight. */
    double sine, cosine;
    small_angle(ground_m / radar->effective_radius_m, &sine, &cosine);
    const double top = radar->effective_radius_m + at.height_m;
    const double tangent = (top * cosine - (radar->effective_radius_m + radar->antenna_m)) / (top * sine);
    if (tangent < radar->lowest_tangent || tangent > radar->highest_tangent) return 0.0;
    if (at.height_m < lowest_seen(w, s, radar->lowest_step_m, azimuth, ground_m)) return 0.0;
    /* Cross-section between nose, beam and tail, in decibels with the square of the cosine. */
    const double vx = from[4] - from[0], vy = from[5] - from[1], vz = from[6] - from[2];
    const double speed2 = (vx * vx + vy * vy + vz * vz) * squared;
    const double aspect = speed2 > 0.0 ? -(vx * dx + vy * dy + vz * dz) / sqrt(speed2) : 1.0;
    double rcs[3];
    memcpy(rcs, body->rcs_dbsm[radar->band], sizeof rcs);
    const double db = rcs[1] + ((aspect >= 0.0 ? rcs[0] : rcs[2]) - rcs[1]) * aspect * aspect;
    const double echo = exp((M_LN10 / 10.0) * (db - air_loss_db(w, s, radar->air_step_m, up / range, range)));
    return radar->constant_m2 * echo / (squared * squared);
}

static void scan(Fight *f, int s, int step, double now_s)
{
    const World *w = f->world;
    const SENSOR *radar = &w->sensors[s];
    const int c = radar->command;
    const COMMAND *command = &w->commands[c];
    const uint32_t mask = (1u << radar->scans) - 1u;
    for (int i = 0; i < f->threats; i++) {
        if (f->life[i] != FLYING) continue;
        Track *track = &f->tracks[s * f->threats + i];
        const double *window = &w->windows_s[2 * (s * f->threats + i)];
        if (now_s < window[0] || (now_s > window[1] && !track->window)) continue;
        double range_m;
        const double snr = look(w, s, i, now_s, &range_m);
        int hit = 0;
        if (snr > 0.0)
            hit = uniform(f, DRAW_DETECTION, radar->key, w->threats[i].key, step) < exp(-f->threshold[s] / (1.0 + snr));
        else if (!track->window)
            continue;
        track->window = (track->window << 1 | (uint32_t)hit) & mask;
        Picture *picture = &f->pictures[c * f->threats + i];
        const int subject = w->first_sensor + s, object = w->first_threat + i;
        if (hit) {
            if (track->detected < 0)
                track->detected = note(f, f->appeared[i], now_s, KIND_DETECT, subject, object, i, range_m, 0);
            if (!track->confirmed && (picture->tracks > 0 || __builtin_popcount(track->window) >= radar->hits)) {
                track->confirmed = 1;
                const int event = note(f, track->detected, now_s, KIND_CONFIRM, subject, object, i, range_m, 0);
                if (++picture->tracks == 1) {
                    picture->tracked = event;
                    if (picture->identified < 0 && !picture->pending) {
                        picture->pending = 1;
                        plan(f, now_s + command->latency_s + command->identification_time_s, JUDGES, c, i);
                    }
                }
            }
        } else if (track->confirmed && !track->window) {
            track->confirmed = 0;
            picture->tracks--;
            note(f, track->detected, now_s, KIND_DROP, subject, object, i, range_m, 0);
        }
    }
}

/* --- where a round meets its target --- */

typedef struct { double x_m, y_m; } Reach; /* ground range, height above sea level */

static inline Reach seen_from(const double *site, double x, double y, double z)
{
    const double dx = x - site[0], dy = y - site[1], dz = z - site[2];
    const double up = site[9] * dx + site[10] * dy + site[11] * dz;
    const double level2 = at_least(0.0, dx * dx + dy * dy + dz * dz - up * up);
    const double foot = EARTH_M + site[12], rise = foot + up;
    const double height = site[12] + (up * (foot + rise) + level2) / (sqrt(rise * rise + level2) + foot);
    return (Reach){EARTH_M * atan2(sqrt(level2), rise), height};
}

static inline double line_m(const INTERCEPTOR *kind, Reach to)
{
    const double half = sin(to.x_m / (2.0 * EARTH_M)), rise = to.y_m - kind->launch_height_m;
    return sqrt(rise * rise + 4.0 * (EARTH_M + kind->launch_height_m) * (EARTH_M + to.y_m) * half * half);
}

typedef struct { int i, k; double x, y; } Cell;

static inline Cell cell_of(const INTERCEPTOR *kind, int ranges, int heights, Reach to)
{
    Cell c;
    c.i = (int)((ranges - 1) * sqrt(at_least(0.0, to.x_m) / kind->max_range_m));
    c.k = (int)((heights - 1) * sqrt(at_least(0.0, to.y_m) / kind->max_height_m));
    if (c.i > ranges - 2) c.i = ranges - 2;
    if (c.k > heights - 2) c.k = heights - 2;
    /* Nodes lie at squares: cell i begins at i^2 and is 2 i + 1 wide. */
    const double wide = kind->max_range_m / ((ranges - 1.0) * (ranges - 1.0));
    const double high = kind->max_height_m / ((heights - 1.0) * (heights - 1.0));
    c.x = (to.x_m - wide * c.i * c.i) / (wide * (2 * c.i + 1));
    c.y = (at_least(0.0, to.y_m) - high * c.k * c.k) / (high * (2 * c.k + 1));
    return c;
}

static inline double in_table(const double *table, int heights, Cell c)
{
    const double *near = table + (int64_t)c.i * heights + c.k, *far = near + heights;
    return (1.0 - c.x) * ((1.0 - c.y) * near[0] + c.y * near[1]) + c.x * ((1.0 - c.y) * far[0] + c.y * far[1]);
}

/* Time of flight to a place at the end of a straight line so long; infinite where it cannot intercept. */
static double flight(const World *w, int table, Reach to, double line, double *speed_mps)
{
    const INTERCEPTOR *kind = &w->interceptors[table];
    *speed_mps = 0.0;
    if (to.x_m > kind->max_range_m || to.y_m < kind->min_height_m || to.y_m > kind->max_height_m) return INFINITY;
    if (line < kind->min_range_m) return INFINITY;
    double time, speed;
    if (line <= kind->powered_path_m) {
        if (line < 0.5 * kind->burnout_speed_mps * kind->burn_time_s) {
            time = sqrt(2.0 * line * kind->burn_time_s / kind->burnout_speed_mps);
            speed = sqrt(2.0 * line * kind->burnout_speed_mps / kind->burn_time_s);
        } else {
            time = 0.5 * kind->burn_time_s + line / kind->burnout_speed_mps;
            speed = kind->burnout_speed_mps;
        }
    } else {
        const int ranges = (int)w->fly_out_s_shape[1], heights = (int)w->fly_out_s_shape[2];
        const Cell c = cell_of(kind, ranges, heights, to);
        time = in_table(w->fly_out_s + (int64_t)table * ranges * heights, heights, c);
        if (!(time < INFINITY)) return INFINITY;
        speed = in_table(w->fly_out_mps + (int64_t)table * ranges * heights, heights, c);
    }
    if (speed < kind->min_speed_mps) return INFINITY;
    *speed_mps = speed;
    return time;
}

static inline Reach place_seen(const World *w, int weapon, const THREAT *body, double time_s)
{
    double part;
    const double *from = leg(w, body, time_s, &part);
    const Place at = between(from, part);
    return seen_from(w->sites + 13 * w->weapons[weapon].battery, at.x, at.y, at.z);
}

static double flight_to(const World *w, int weapon, int i, double meet_s, double *speed_mps)
{
    const int table = w->weapons[weapon].table;
    const Reach to = place_seen(w, weapon, &w->threats[i], meet_s);
    return flight(w, table, to, line_m(&w->interceptors[table], to), speed_mps);
}

/* How far a target can move before an edge of reach. */
static inline double room_m(const World *w, int table, Reach at)
{
    const INTERCEPTOR *kind = &w->interceptors[table];
    const double beyond = at.x_m - kind->max_range_m;
    const double above = at_least(at.y_m - kind->max_height_m, at_least(kind->min_height_m, 0.0) - at.y_m);
    if (beyond > 0.0 || above > 0.0)
        return sqrt(at_least(0.0, beyond) * at_least(0.0, beyond) + at_least(0.0, above) * at_least(0.0, above));
    const int ranges = (int)w->fly_out_s_shape[1], heights = (int)w->fly_out_s_shape[2];
    const Cell c = cell_of(kind, ranges, heights, at);
    return w->fly_out_clear_m[((int64_t)table * (ranges - 1) + c.i) * (heights - 1) + c.k];
}

/* No seconds a metre in the cells of these corners are more than this; infinite where one is not reached. */
static double steepest(const INTERCEPTOR *kind, const double *time, int ranges, int heights, int i, int to_i, int low, int high)
{
    double across = 0.0, up = 0.0;
    for (int k = low; k <= high + 1; k++) {
        double rise = 0.0;
        for (int j = i; j <= to_i + 1; j++) {
            const double *at = time + (int64_t)j * heights + k;
            if (!(*at < INFINITY)) return INFINITY;
            if (j > i) across = at_least(across, fabs(at[0] - at[-heights]));
            if (k > low) rise = at_least(rise, fabs(at[0] - at[-1]));
        }
        if (k > low) up = at_least(up, rise / (2 * k - 1));
    }
    across *= (ranges - 1.0) * (ranges - 1.0) / (kind->max_range_m * (2 * i + 1));
    up *= (heights - 1.0) * (heights - 1.0) / kind->max_height_m;
    return sqrt(across * across + up * up);
}

/* Seconds for which a round that comes `gap` late stays late; and for which it comes less and less late. */
static double still_late(const World *w, int table, Reach at, double line, double gap, double fastest, double *falling)
{
    const INTERCEPTOR *kind = &w->interceptors[table];
    const double beyond = line - kind->powered_path_m;
    *falling = 0.0;
    if (beyond <= 0.0) return 0.0;
    const int ranges = (int)w->fly_out_s_shape[1], heights = (int)w->fly_out_s_shape[2];
    const double *time = w->fly_out_s + (int64_t)table * ranges * heights;
    const double wide = kind->max_range_m / ((ranges - 1.0) * (ranges - 1.0));
    const double high = kind->max_height_m / ((heights - 1.0) * (heights - 1.0));
    const Cell c = cell_of(kind, ranges, heights, at);
    const double side = at_most(c.x, 1.0 - c.x) * wide * (2 * c.i + 1), end = at_most(c.y, 1.0 - c.y) * high * (2 * c.k + 1);
    const double inside = at_most(beyond, at_most(side, end)) / fastest;
    double slope = steepest(kind, time, ranges, heights, c.i, c.i, c.k, c.k) * fastest;
    const double late = gap / (1.0 + slope);
    if (late <= inside) {
        if (slope < 1.0) *falling = inside;
        return late;
    }
    const int first = c.x < 0.5 && c.i > 0 ? c.i - 1 : c.i, last = first < ranges - 2 ? first + 1 : ranges - 2;
    const double room = at_most(beyond, at_most(at.x_m - wide * first * first, wide * (last + 1) * (last + 1) - at.x_m));
    const int low = cell_of(kind, ranges, heights, (Reach){at.x_m, at.y_m - room}).k;
    const int top = cell_of(kind, ranges, heights, (Reach){at.x_m, at.y_m + room}).k;
    slope = steepest(kind, time, ranges, heights, first, last, low, top) * fastest;
    if (slope < 1.0) *falling = room / fastest;
    return at_least(inside, at_most(gap / (1.0 + slope), room / fastest));
}

/* The meeting in (early, late], early with a round that comes too late: false position (Dowell and Jarratt 1971). */
static double settled(const World *w, int weapon, int i, double launch_s, double early, double gap_early, double late, double gap_late,
                      double *there)
{
    double unused;
    int side = 0;
    *there = gap_late;
    for (int turn = 0; turn < 60 && late - early > 1e-8; turn++) {
        double middle = 0.5 * (early + late);
        if (gap_early < INFINITY) middle = early + (late - early) * gap_early / (gap_early - gap_late);
        const double gap = flight_to(w, weapon, i, middle, &unused) - (middle - launch_s);
        if (gap > 1e-8) {
            early = middle, gap_early = gap;
            if (side > 0) gap_late *= 0.5;
            side = 1;
        } else {
            late = middle, gap_late = *there = gap;
            if (gap >= -1e-8) break;
            if (side < 0) gap_early *= 0.5;
            side = -1;
        }
    }
    return late;
}

/* The earliest meeting for a launch, not before the last: steps that cannot pass one (Piyavskii 1972), none where the last is known. */
static double meeting(const World *w, int weapon, int i, double launch_s, Aim *last)
{
    const double passed = launch_s - last->on_time_s;
    if (passed <= 1e-8) return last->meet_s < w->threats[i].end_s ? last->meet_s : INFINITY;
    const int table = w->weapons[weapon].table;
    const INTERCEPTOR *kind = &w->interceptors[table];
    const THREAT *body = &w->threats[i];
    const double *rows = w->path_m + 4 * body->first, *ahead = w->path_ahead_mps + body->first;
    const double *site = w->sites + 13 * w->weapons[weapon].battery;
    const double end = body->start_s + body->step_s * (body->points - 1), top = kind->burnout_speed_mps;
    const double nearest = at_least(kind->min_range_m, 0.5 * kind->burn_time_s * kind->min_speed_mps * kind->min_speed_mps / top);
    double tau = at_least(last->meet_s, at_least(launch_s, body->start_s));
    double before = tau, gap_before = INFINITY;
    int leapt = 0;
    if (last->falls_by > 0.0 && last->meet_s < end && last->meet_s + passed / last->falls_by <= last->falls_until_s) {
        before = last->meet_s, gap_before = passed, leapt = 1;
        tau = at_most(end, last->meet_s + passed / last->falls_by);
    }
    while (tau <= end) {
        const double place = (tau - body->start_s) / body->step_s;
        const int k = place < body->points - 2 ? (int)place : body->points - 2;
        const double *from = rows + 4 * k;
        const double vx = from[4] - from[0], vy = from[5] - from[1], vz = from[6] - from[2];
        if (sqrt(vx * vx + vy * vy + vz * vz) / body->step_s > kind->max_target_speed_mps) {
            before = tau, gap_before = INFINITY, leapt = 0;
            tau = at_least(tau + 1e-9, body->start_s + body->step_s * (k + 1));
            continue;
        }
        const double fastest = at_least(1.0, ahead[k]), part = place - k;
        const Reach at = seen_from(site, from[0] + part * vx, from[1] + part * vy, from[2] + part * vz);
        const double line = line_m(kind, at);
        double unused;
        const double time = flight(w, table, at, line, &unused);
        double gap = time - (tau - launch_s);
        if (gap_before < INFINITY) last->falls_by = (gap_before - gap) / (tau - before);
        if (gap <= 1e-8) {
            if (leapt && gap < -1e-8) tau = settled(w, weapon, i, launch_s, before, gap_before, tau, gap, &gap);
            last->meet_s = tau, last->on_time_s = launch_s - gap;
            return tau < body->end_s ? tau : INFINITY;
        }
        /* Flat out along the straight line it cannot be there sooner. */
        const double direct = (line / top - (tau - launch_s)) / (1.0 + fastest / top);
        double room;
        if (line < nearest) {
            room = nearest - line;
        } else {
            room = room_m(w, table, at);
            if (line < kind->powered_path_m && time < INFINITY) room = at_least(room, kind->powered_path_m - line);
        }
        const double clear = room / fastest;
        double safe = at_least(clear, 0.05);
        if (time < INFINITY) {
            const double chord = line < kind->powered_path_m ? time / line : 0.0;
            safe = gap / (1.0 + at_least(kind->gradient_spm, chord) * fastest);
            if (safe > clear) safe = at_least(clear, gap / (1.0 + at_least(kind->edge_gradient_spm, chord) * fastest));
            leapt = safe > clear;
            const double secant = last->falls_by > 0.0 ? gap / last->falls_by : INFINITY;
            if (secant > 0.05 && tau + secant > last->falls_until_s) {
                double falling;
                const double near = still_late(w, table, at, line, gap, fastest, &falling);
                last->falls_until_s = at_least(last->falls_until_s, tau + at_most(falling, clear));
                if (near > safe) safe = near, leapt = 0;
            }
            if (safe < secant && (secant <= 0.05 || tau + secant <= last->falls_until_s)) safe = secant, leapt = 1;
        } else {
            leapt = 1;
        }
        if (direct > safe) leapt = 0;
        before = tau, gap_before = gap;
        tau += at_least(direct, safe);
        if (leapt && before < end && end < tau) tau = end;
    }
    return INFINITY;
}

/* --- the fight --- */

static inline void got(Attempt *attempt, int stage, int event)
{
    if (stage > attempt->stage) attempt->stage = stage, attempt->event = event;
}

static inline int rounds_at(const BATTERY *battery, const Attempt *attempt, int kill_class)
{
    return attempt->fired ? battery->next_salvo[kill_class] : battery->salvo[kill_class];
}

static double salvo_kill(double single, int rounds, double shared)
{
    const double miss = 1.0 - at_most(1.0, single / shared);
    double all = 1.0;
    while (rounds--) all *= miss;
    return shared * (1.0 - all);
}

static double single_shot(const World *w, int weapon, int i, double meet_s)
{
    const WEAPON *arm = &w->weapons[weapon];
    const INTERCEPTOR *kind = &w->interceptors[arm->table];
    double speed, left = 1.0;
    flight_to(w, weapon, i, meet_s, &speed);
    if (arm->full_speed_mps > kind->min_speed_mps) {
        const double share = (speed - kind->min_speed_mps) / (arm->full_speed_mps - kind->min_speed_mps);
        left = arm->slow_factor + (1.0 - arm->slow_factor) * at_most(1.0, at_least(0.0, share));
    }
    return arm->kill_probability[w->threats[i].kill_class] * left;
}

static inline double stake(const World *w, int weapon, int i, double now_s)
{
    const double left_s = at_least(w->threats[i].end_s - now_s, 0.0);
    return w->pairs[weapon * (int)w->threats_shape[0] + i].worth / (1.0 + left_s / 60.0);
}

static int in_time(Fight *f, int weapon, int i, double now_s)
{
    const World *w = f->world;
    const BATTERY *battery = &w->batteries[w->weapons[weapon].battery];
    Aim *aim = &f->aims[weapon * f->threats + i];
    if (isinf(meeting(w, weapon, i, now_s + battery->reaction_s, aim))) {
        aim->shut = 1;
        return 0;
    }
    const double latest_s = aim->on_time_s - battery->reaction_s - w->commands[battery->command].decision_period_s;
    if (latest_s > now_s) {
        aim->open_s = latest_s;
        return 0;
    }
    return 1;
}

/* A battery's weapons become candidates, or what stands against it is noted, with when to look again. */
static void offer(Fight *f, int b, int i, double now_s)
{
    const World *w = f->world;
    const BATTERY *battery = &w->batteries[b];
    Attempt *attempt = &f->attempts[b * f->threats + i];
    if (now_s < attempt->look_s) return;
    const int class = w->threats[i].kill_class, because = f->pictures[battery->command * f->threats + i].identified;
    const int rounds = rounds_at(battery, attempt, class);
    int guided = 0, enough = 0, barred = NOTHING_BARS;
    for (int k = battery->first_sensor; k < battery->first_sensor + battery->sensors; k++)
        guided |= f->tracks[w->fire_control[k] * f->threats + i].confirmed;
    for (int v = battery->first_weapon; v < battery->first_weapon + battery->weapons; v++)
        enough |= w->weapons[v].kill_probability[class] > 0.0 && f->ready[v] >= rounds;
    if (!guided) barred = NO_GUIDANCE;
    else if (!f->channels[b]) barred = NO_CHANNEL;
    else if (!enough) barred = NO_ROUND;
    if (attempt->stage >= barred) return;
    if (!battery->engages[class]) {
        got(attempt, HELD, because);
        attempt->look_s = INFINITY;
        return;
    }
    double look_s = INFINITY;
    int ever = 0, forbidden = 0, still = 0;
    for (int v = battery->first_weapon; v < battery->first_weapon + battery->weapons; v++) {
        const WEAPON *arm = &w->weapons[v];
        const int stands = w->pairs[v * f->threats + i].stands;
        if (arm->kill_probability[class] == 0.0) continue;
        forbidden |= stands == PAIR_HEIGHT_FORBIDDEN;
        if (stands != PAIR_OPEN) continue;
        ever = 1;
        Aim *aim = &f->aims[v * f->threats + i];
        if (aim->shut) continue;
        still = 1;
        if (now_s < aim->open_s) {
            look_s = at_most(look_s, aim->open_s);
        } else if ((barred < NO_ROUND) || f->ready[v] < rounds) {
            const int stage = f->ready[v] >= rounds || barred < NO_ROUND ? barred : NO_ROUND;
            if (in_time(f, v, i, now_s)) {
                got(attempt, stage, because);
                look_s = now_s;
            } else {
                look_s = aim->shut ? now_s : at_most(look_s, aim->open_s);
            }
        } else {
            look_s = now_s;
            const double kill = salvo_kill(arm->kill_probability[class], rounds, arm->common_mode);
            f->candidates[f->candidate_count++] = (Candidate){v, i, 0, kill * stake(w, v, i, now_s), kill};
        }
    }
    attempt->look_s = look_s;
    if (!still) got(attempt, forbidden && !ever ? HELD : ever ? TOO_LATE : NOT_REACHED, because);
}

/* The best candidate that can still be had; those that lost their channel or rounds are told so and dropped. */
static Candidate *best_candidate(Fight *f, double now_s)
{
    const World *w = f->world;
    Candidate *best = NULL;
    for (Candidate *one = f->candidates; one < f->candidates + f->candidate_count; one++) {
        if (one->score <= 0.0) continue;
        const int b = w->weapons[one->weapon].battery, i = one->threat;
        const BATTERY *battery = &w->batteries[b];
        const Picture *picture = &f->pictures[battery->command * f->threats + i];
        if (picture->engaged) {
            one->score = 0.0;
            continue;
        }
        Attempt *attempt = &f->attempts[b * f->threats + i];
        int lost = 0;
        if (!f->channels[b]) lost = NO_CHANNEL;
        else if (f->ready[one->weapon] < rounds_at(battery, attempt, w->threats[i].kill_class)) lost = NO_ROUND;
        if (lost) {
            one->score = 0.0;
            if (attempt->stage < lost && in_time(f, one->weapon, i, now_s)) got(attempt, lost, picture->identified);
        } else if (!best || one->score > best->score) {
            best = one;
        }
    }
    return best;
}

static void engage(Fight *f, const Candidate *chosen, double now_s)
{
    const World *w = f->world;
    const int v = chosen->weapon, i = chosen->threat, b = w->weapons[v].battery;
    const BATTERY *battery = &w->batteries[b];
    Attempt *attempt = &f->attempts[b * f->threats + i];
    Picture *picture = &f->pictures[battery->command * f->threats + i];
    const int rounds = rounds_at(battery, attempt, w->threats[i].kill_class), number = (int)f->engagement_count++;
    const int event = note(f, picture->identified, now_s, KIND_ASSIGN, w->first_weapon + v, w->first_threat + i, i, chosen->kill, 0);
    f->engagements[number] = (Engagement){v, i, rounds, event, 0};
    f->channels[b]--;
    f->ready[v] -= rounds;
    picture->engaged++;
    for (int k = 0; k < rounds; k++) {
        const int shot = (int)f->shot_count++;
        f->shots[shot] = (Shot){v, i, number, attempt->fired + k, -1, f->aims[v * f->threats + i].meet_s};
        plan(f, now_s + battery->reaction_s + k * battery->salvo_interval_s, LAUNCHES, shot, 0);
    }
    attempt->fired += rounds;
}

static void decide(Fight *f, int c, double now_s)
{
    const World *w = f->world;
    f->candidate_count = 0;
    for (int i = 0; i < f->threats; i++) {
        const Picture *picture = &f->pictures[c * f->threats + i];
        if (f->life[i] != FLYING || picture->identified < 0 || !picture->tracks || picture->engaged) continue;
        for (int b = 0; b < f->batteries; b++)
            if (w->batteries[b].command == c) offer(f, b, i, now_s);
    }
    for (Candidate *best; (best = best_candidate(f, now_s));) {
        const int v = best->weapon, i = best->threat, b = w->weapons[v].battery;
        if (best->asked) {
            engage(f, best, now_s);
            best->score = 0.0;
        } else if (in_time(f, v, i, now_s)) {
            const int rounds = rounds_at(&w->batteries[b], &f->attempts[b * f->threats + i], w->threats[i].kill_class);
            best->asked = 1;
            best->kill = salvo_kill(single_shot(w, v, i, f->aims[v * f->threats + i].meet_s), rounds, w->weapons[v].common_mode);
            best->score = best->kill * stake(w, v, i, now_s);
        } else {
            best->score = 0.0;
        }
    }
    f->deciding[c] = 0;
    for (int i = 0; i < f->threats; i++)
        if (f->life[i] == FLYING && f->pictures[c * f->threats + i].identified >= 0) {
            f->deciding[c] = 1;
            plan(f, now_s + w->commands[c].decision_period_s, DECIDES, c, 0);
            break;
        }
}

static void judge(Fight *f, int c, int i, double now_s)
{
    const World *w = f->world;
    const COMMAND *command = &w->commands[c];
    Picture *picture = &f->pictures[c * f->threats + i];
    picture->pending = 0;
    if (f->life[i] != FLYING || !picture->tracks) return;
    const int attempt = picture->attempts++;
    const int hostile = uniform(f, DRAW_IDENTIFICATION, command->key, w->threats[i].key, attempt) >= command->identification_error;
    const int event = note(f, picture->tracked, now_s, hostile ? KIND_IDENTIFY : KIND_MISIDENTIFY, w->first_command + c,
                           w->first_threat + i, i, attempt + 1.0, 0);
    if (!hostile) {
        picture->pending = 1;
        plan(f, now_s + command->identification_retry_s, JUDGES, c, i);
        return;
    }
    picture->identified = event;
    if (!f->deciding[c]) {
        f->deciding[c] = 1;
        plan(f, now_s, DECIDES, c, 0);
    }
}

static void close_shot(Fight *f, int number, int event, double now_s)
{
    Engagement *engagement = &f->engagements[number];
    engagement->event = event;
    if (--engagement->open == 0) {
        const BATTERY *battery = &f->world->batteries[f->world->weapons[engagement->weapon].battery];
        plan(f, now_s + battery->assessment_s, ASSESSES, number, 0);
    }
}

static void launch(Fight *f, int number, double now_s)
{
    const World *w = f->world;
    Shot *shot = &f->shots[number];
    const int v = shot->weapon, i = shot->threat, b = w->weapons[v].battery;
    Aim aim = {shot->meet_s, -INFINITY, -INFINITY, 0.0, 0.0, 0};
    const double meet_s = f->life[i] == FLYING ? meeting(w, v, i, now_s, &aim) : INFINITY;
    const int assigned = f->engagements[shot->engagement].event;
    if (isinf(meet_s)) {
        f->ready[v]++;
        close_shot(f, shot->engagement, assigned, now_s);
        return;
    }
    shot->event = note(f, assigned, now_s, KIND_FIRE, w->first_weapon + v, w->first_threat + i, i, meet_s - now_s, 0);
    shot->meet_s = meet_s;
    got(&f->attempts[b * f->threats + i], FIRED, shot->event);
    plan(f, meet_s, RESOLVES, number, 0);
}

static void resolve(Fight *f, int number, double now_s)
{
    const World *w = f->world;
    const Shot *shot = &f->shots[number];
    const int v = shot->weapon, i = shot->threat, b = w->weapons[v].battery;
    const int subject = w->first_weapon + v, object = w->first_threat + i;
    int event;
    if (f->life[i] != FLYING) {
        event = note(f, shot->event, now_s, KIND_NO_TARGET, subject, object, i, 0.0, 0);
    } else {
        const uint64_t key = w->threats[i].key;
        const double chance = single_shot(w, v, i, now_s), shared = w->weapons[v].common_mode;
        int killed = uniform(f, DRAW_SHOT, w->batteries[b].key, key, shot->ordinal) < at_most(1.0, chance / shared);
        if (killed && shared < 1.0) killed = uniform(f, DRAW_COMMON_MODE, key, key, 0) < shared;
        event = note(f, shot->event, now_s, killed ? KIND_KILL : KIND_MISS, subject, object, i, chance, 0);
        Attempt *attempt = &f->attempts[b * f->threats + i];
        if (killed) {
            f->life[i] = KILLED;
            f->unfinished--;
            f->engagements[shot->engagement].killed = 1;
        } else if (attempt->stage == FIRED) {
            attempt->event = event;
        }
    }
    close_shot(f, shot->engagement, event, now_s);
}

static void assess(Fight *f, int number, double now_s)
{
    const World *w = f->world;
    const Engagement *engagement = &f->engagements[number];
    const int i = engagement->threat, b = w->weapons[engagement->weapon].battery;
    f->channels[b]++;
    f->pictures[w->batteries[b].command * f->threats + i].engaged--;
    note(f, engagement->event, now_s, KIND_ASSESS, w->first_weapon + engagement->weapon, w->first_threat + i, i, engagement->killed, 0);
}

/* How far a post got with a threat that it never gave out, and the event. */
static int known(const Fight *f, int c, int i, int *event)
{
    const World *w = f->world;
    const Picture *picture = &f->pictures[c * f->threats + i];
    *event = picture->identified >= 0 ? picture->identified : picture->tracked;
    if (*event >= 0) return picture->identified >= 0 ? TOO_LATE : TRACKED;
    for (int s = 0; s < f->sensors; s++) {
        const int seen = f->tracks[s * f->threats + i].detected;
        if (w->sensors[s].command == c && seen >= 0 && (*event < 0 || seen < *event)) *event = seen;
    }
    return *event >= 0 ? SEEN : UNSEEN;
}

static void strike(Fight *f, int i, double now_s)
{
    const World *w = f->world;
    const THREAT *body = &w->threats[i];
    if (f->life[i] != FLYING) return;
    f->life[i] = THROUGH;
    f->unfinished--;
    int stage = UNSEEN, because = f->appeared[i];
    for (int b = 0; b < f->batteries; b++) {
        int reached = f->attempts[b * f->threats + i].stage, event = f->attempts[b * f->threats + i].event;
        if (reached == UNSEEN) reached = known(f, w->batteries[b].command, i, &event);
        if (reached > stage || (reached == stage && stage != UNSEEN && event < because)) stage = reached, because = event;
    }
    const int number = note(f, because, now_s, KIND_IMPACT, w->first_threat + i, body->asset, i, 0.0, REASON_AT[stage]);
    if (body->lethal_radius_m > 0.0) {
        double east, north;
        normal_pair(f, DRAW_IMPACT, body->key, body->key, &east, &north);
        const double miss_m = body->scatter_std_m * hypot(east, north);
        if (miss_m <= body->lethal_radius_m)
            note(f, number, now_s, KIND_ASSET_HIT, w->first_threat + i, body->asset, i, miss_m, 0);
    }
}

static inline double scan_time(const Fight *f, int s, int step) { return (f->phase[s] + step) * f->world->sensors[s].scan_period_s; }

static void begin(Fight *f)
{
    const World *w = f->world;
    f->shot_count = f->engagement_count = f->due_count = f->event_count = 0;
    f->unfinished = f->threats;
    for (int i = 0; i < f->threats; i++) {
        f->life[i] = WAITING, f->appeared[i] = -1;
        plan(f, at_least(w->threats[i].start_s, 0.0), APPEARS, i, 0);
    }
    for (int k = 0; k < f->sensors * f->threats; k++) f->tracks[k] = (Track){0, -1, 0};
    for (int k = 0; k < f->commands * f->threats; k++) f->pictures[k] = (Picture){0, -1, 0, -1, 0, 0};
    for (int k = 0; k < f->batteries * f->threats; k++) f->attempts[k] = (Attempt){0.0, UNSEEN, -1, 0};
    for (int k = 0; k < f->weapons * f->threats; k++)
        f->aims[k] = (Aim){w->pairs[k].first_s, -INFINITY, -INFINITY, 0.0, 0.0, w->pairs[k].stands != PAIR_OPEN};
    for (int b = 0; b < f->batteries; b++) f->channels[b] = w->batteries[b].channels;
    for (int v = 0; v < f->weapons; v++) f->ready[v] = w->weapons[v].ready;
    for (int c = 0; c < f->commands; c++) f->deciding[c] = 0;
    for (int s = 0; s < f->sensors; s++) {
        const uint64_t key = w->sensors[s].key;
        const double from_s = w->looking_s[2 * s];
        f->phase[s] = uniform(f, DRAW_SCAN_PHASE, key, key, 0);
        if (isinf(from_s) && from_s > 0.0) continue;
        int step = (int)at_least(0.0, floor(from_s / w->sensors[s].scan_period_s) - 1.0);
        while (scan_time(f, s, step) < from_s) step++;
        plan(f, scan_time(f, s, step), SCANS, s, step);
    }
}

static void fly(Fight *f)
{
    const World *w = f->world;
    begin(f);
    while (f->due_count) {
        const Due due = next(f);
        const double now_s = due.time_s;
        const int i = due.a;
        if (now_s > w->duration_s) break;
        switch (due.what) {
        case SCANS:
            if (f->unfinished && now_s <= w->looking_s[2 * due.a + 1]) {
                scan(f, due.a, due.b, now_s);
                plan(f, scan_time(f, due.a, due.b + 1), SCANS, due.a, due.b + 1);
            }
            break;
        case APPEARS:
            f->life[i] = FLYING;
            f->appeared[i] = note(f, -1, now_s, KIND_APPEAR, w->first_threat + i, w->threats[i].asset, i, 0.0, 0);
            plan(f, w->threats[i].end_s, STRIKES, i, 0);
            break;
        case RESOLVES: resolve(f, due.a, now_s); break;
        case STRIKES: strike(f, due.a, now_s); break;
        case ASSESSES: assess(f, due.a, now_s); break;
        case JUDGES: judge(f, due.a, due.b, now_s); break;
        case DECIDES: decide(f, due.a, now_s); break;
        case LAUNCHES: launch(f, due.a, now_s); break;
        }
    }
}

/* Fly `count` replications, their events one after another; ends[k] is where the k-th ends. Returns how many found room. */
int64_t fly_block(const World *w, int64_t seed, int64_t first, int64_t count, EVENT *events, int64_t room, int64_t *ends)
{
    Fight f = {.world = w, .seed = (uint64_t)seed};
    f.threats = (int)w->threats_shape[0], f.sensors = (int)w->sensors_shape[0], f.commands = (int)w->commands_shape[0];
    f.batteries = (int)w->batteries_shape[0], f.weapons = (int)w->weapons_shape[0];
    int64_t rounds = 64;
    for (int v = 0; v < f.weapons; v++) rounds += w->weapons[v].ready;
    /* A round that stays on its launcher is counted again: room for twenty of each. */
    rounds *= 20;
    f.threshold = malloc(f.sensors * sizeof *f.threshold), f.phase = malloc(f.sensors * sizeof *f.phase);
    f.life = malloc(f.threats * sizeof *f.life), f.appeared = malloc(f.threats * sizeof *f.appeared);
    f.tracks = malloc(f.sensors * f.threats * sizeof *f.tracks);
    f.pictures = malloc(f.commands * f.threats * sizeof *f.pictures);
    f.attempts = malloc(f.batteries * f.threats * sizeof *f.attempts);
    f.aims = malloc(f.weapons * f.threats * sizeof *f.aims);
    f.channels = malloc(f.batteries * sizeof *f.channels), f.ready = malloc(f.weapons * sizeof *f.ready);
    f.deciding = malloc(f.commands * sizeof *f.deciding);
    f.shots = malloc(rounds * sizeof *f.shots), f.engagements = malloc(rounds * sizeof *f.engagements);
    f.candidates = malloc(f.weapons * f.threats * sizeof *f.candidates);
    f.due = malloc((2 * f.threats + f.sensors + f.commands * (f.threats + 1) + 2 * rounds + 64) * sizeof *f.due);
    for (int s = 0; s < f.sensors; s++) f.threshold[s] = -log(w->sensors[s].false_alarm);
    int64_t filled = 0, k = 0;
    for (; k < count; k++) {
        f.replication = (uint64_t)(first + k);
        f.events = events + filled, f.event_room = room - filled;
        fly(&f);
        if (f.event_count == f.event_room) break;
        filled += f.event_count;
        ends[k] = filled;
    }
    void *all[] = {f.threshold, f.phase, f.life, f.appeared, f.tracks, f.pictures, f.attempts, f.aims, f.channels, f.ready,
                   f.deciding, f.shots, f.engagements, f.candidates, f.due};
    for (size_t n = 0; n < sizeof all / sizeof *all; n++) free(all[n]);
    return k;
}
