#include "unit/unit.h"

#include "base/now.h"
#include "flow/breakers.h"
#include "flow/task.h"

#define NOON (INT64_C(1795316400) * 1000)

/* A small world: three gateways of different talents, one route. */
static const struct api plain = { .name = "plain", .country = COUNTRY_KOREA };
static const struct api keyed = { .name = "keyed", .country = COUNTRY_KOREA, .caps = API_IDEMPOTENT };
static const struct api asked = { .name = "asked",
                                  .country = COUNTRY_KOREA,
                                  .caps = API_LOOKUP | API_RESERVE };
static const struct api china = { .name = "china", .country = COUNTRY_CHINA };

static struct breakers *breakers;

struct world {
    struct provider provider[4];
    const struct provider *order[4];
    struct route route;
    struct plan plan;
    struct record record;
    struct told told;
    struct task task;
    struct settlement settlement;
    bool settled;
};

static void make_world(struct world *w, const struct api *const *apis_used, size_t count)
{
    *w = (struct world){ .route = { .name = "all", .retry_for_s = 3600, .provider = w->order } };
    for (size_t i = 0; i < count; i++) {
        w->provider[i] = (struct provider){ .name = apis_used[i]->name, .api = apis_used[i] };
        w->order[i] = &w->provider[i];
    }
    w->route.providers = count;
    if (breakers == NULL)
        breakers = breakers_new(4);
    assert_non_null(breakers);
    w->plan = (struct plan){
        .provider = w->provider, .providers = count, .route = &w->route, .routes = 1, .breakers = breakers
    };
    breakers_learn(&w->plan, NULL, false);
    strcpy(w->record.recipient, "01012345678");
    w->record.id = 7;
    w->record.created_ms = NOON;
    now_set(NOON);
}

/* As if it had been fitted: so many messages. */
static void fit(struct world *w, size_t texts)
{
    fitted_clear(&w->task.fitted);
    w->task.fitted.text = calloc(texts, sizeof *w->task.fitted.text);
    w->task.fitted.texts = texts;
}

static void open_world(struct world *w)
{
    struct error err = { 0 };

    if (!task_open(&w->task, &w->plan, &w->record, &w->told, &w->settled, &w->settlement, &err))
        fail_msg("%s", err.text);
    fit(w, 1);
}

static void judge(struct world *w, enum outcome_kind kind, const char *code, size_t refused_with)
{
    struct outcome outcome = { .kind = kind };

    snprintf(outcome.code, sizeof outcome.code, "%s", code);
    snprintf(outcome.reference, sizeof outcome.reference, "ref");
    task_judge(&w->task, &outcome, refused_with, &w->settlement);
}

/* What the first outcome leads to, with another provider behind and without one. */
static void every_outcome_has_its_way(void **state)
{
    static const struct {
        const struct api *first;
        enum outcome_kind kind;
        enum unsure unsure;
        bool alone; /* no other provider */
        enum record_state record;
        bool done;
        enum situation situation;
        size_t next;
        const char *why;
    } cases[] = {
        { &plain, OUTCOME_ACCEPTED, UNSURE_RESEND, false, RECORD_ACCEPTED, true, SITUATION_ACCEPTED, 0,
          "accepted" },
        { &plain, OUTCOME_REFUSED, UNSURE_RESEND, false, RECORD_REFUSED, true, SITUATION_REFUSED, 0,
          "refused" },
        { &plain, OUTCOME_RETRY, UNSURE_RESEND, false, RECORD_WAITING, false, 0, 1, "not taken: the next" },
        { &plain, OUTCOME_ACCOUNT, UNSURE_RESEND, false, RECORD_WAITING, false, 0, 1, "account: the next" },
        { &plain, OUTCOME_UNSURE, UNSURE_RESEND, false, RECORD_WAITING, false, 0, 1, "lost: the next" },
        { &plain, OUTCOME_UNSURE, UNSURE_HOLD, false, RECORD_HELD, true, SITUATION_HELD, 0, "lost: held" },
        { &keyed, OUTCOME_UNSURE, UNSURE_HOLD, false, RECORD_WAITING, false, 0, 0,
          "lost: the same key again" },
        { &asked, OUTCOME_UNSURE, UNSURE_HOLD, false, RECORD_WAITING, false, 0, 0, "lost: a look first" },
        { &plain, OUTCOME_RETRY, UNSURE_RESEND, true, RECORD_WAITING, true, SITUATION_WAITING, 0,
          "nobody else: kept" },
        { &plain, OUTCOME_ACCOUNT, UNSURE_RESEND, true, RECORD_WAITING, true, SITUATION_WAITING, 0,
          "account: kept" },
        { &plain, OUTCOME_UNSURE, UNSURE_RESEND, true, RECORD_WAITING, true, SITUATION_WAITING, 0,
          "lost: kept" },
        { &plain, OUTCOME_NONE, UNSURE_RESEND, true, RECORD_WAITING, true, SITUATION_WAITING, 0,
          "not judged: as lost" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        const struct api *used[] = { cases[i].first, &plain };
        struct world w;
        make_world(&w, used, cases[i].alone ? 1 : 2);
        w.route.unsure = cases[i].unsure;
        open_world(&w);
        assert_false(w.settled);
        judge(&w, cases[i].kind, "c", 0);
        if (w.settlement.state != cases[i].record || w.task.done != cases[i].done
            || w.task.next != cases[i].next || (cases[i].done && w.told.situation != cases[i].situation)
            || w.settlement.keep_lease == cases[i].done)
            fail_msg("%s: state %d done %d next %zu situation %d", cases[i].why, w.settlement.state,
                     w.task.done, w.task.next, w.told.situation);
        task_clear(&w.task);
    }
}

static void a_fault_of_the_account_is_told_though_another_took_it(void **state)
{
    const struct api *used[] = { &plain, &plain };
    struct world w;

    (void)state;
    make_world(&w, used, 2);
    open_world(&w);
    judge(&w, OUTCOME_ACCOUNT, "-100033", 0);
    fit(&w, 1);
    judge(&w, OUTCOME_ACCEPTED, "", 0);
    assert_int_equal(w.told.situation, SITUATION_FAULTY);
    assert_string_equal(w.told.after, "plain: -100033");
    task_clear(&w.task);
}

static void a_batch_is_halved(void **state)
{
    const struct api *used[] = { &plain };
    struct world w;

    (void)state;
    make_world(&w, used, 1);
    open_world(&w);
    for (size_t size = 16; size > 1; size /= 2) {
        judge(&w, OUTCOME_REFUSED, "x", size);
        assert_false(w.task.done);
        assert_int_equal(w.task.batch_most, size / 2);
        assert_int_equal(w.settlement.state, RECORD_WAITING);
        assert_true(w.settlement.keep_lease);
    }
    judge(&w, OUTCOME_REFUSED, "x", 0);
    assert_int_equal(w.settlement.state, RECORD_REFUSED);
    task_clear(&w.task);
}

static void what_a_dead_process_left_open(void **state)
{
    static const struct {
        const char *provider;
        enum unsure unsure;
        bool settled, look;
        const char *first, *why;
    } cases[] = {
        { "plain", UNSURE_RESEND, false, false, "plain", "resend: by the route" },
        { "plain", UNSURE_HOLD, true, false, NULL, "hold: held" },
        { "keyed", UNSURE_HOLD, false, false, "keyed", "the same key first, whoever stands in front" },
        { "asked", UNSURE_HOLD, false, true, "asked", "a look first" },
        { "gone", UNSURE_HOLD, true, false, NULL, "a provider that is not configured any more: held" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        const struct api *used[] = { &plain, &keyed, &asked };
        struct world w;
        make_world(&w, used, 3);
        w.route.unsure = cases[i].unsure;
        strcpy(w.record.outcome, "begun");
        strcpy(w.record.provider, cases[i].provider);
        strcpy(w.record.reference, "ref");
        open_world(&w);
        if (w.settled != cases[i].settled || w.task.look != cases[i].look
            || (!w.settled && strcmp(task_provider(&w.task)->name, cases[i].first) != 0)
            || (w.settled && w.settlement.state != RECORD_HELD))
            fail_msg("%s", cases[i].why);
        task_clear(&w.task);
    }
}

/* No time for the look-up: the reference must be there for the next run. */
static void postponed_it_can_still_be_looked_up(void **state)
{
    const struct api *used[] = { &asked };
    struct world w;

    (void)state;
    make_world(&w, used, 1);
    strcpy(w.record.outcome, "begun");
    strcpy(w.record.provider, "asked");
    strcpy(w.record.reference, "ref");
    open_world(&w);
    assert_true(w.task.look);
    task_postpone(&w.task, "no time left", &w.settlement);
    assert_int_equal(w.settlement.state, RECORD_WAITING);
    assert_string_equal(w.settlement.outcome, "unsure");
    assert_string_equal(w.settlement.reference, "ref");
    task_clear(&w.task);
}

static void who_can_take_it(void **state)
{
    const struct api *used[] = { &china, &plain, &asked };
    struct world w;

    (void)state;
    make_world(&w, used, 3);
    open_world(&w);
    assert_int_equal(w.task.providers, 2);
    assert_string_equal(task_provider(&w.task)->name, "plain");
    task_clear(&w.task);

    strcpy(w.record.wish.at, "2030-01-01 00:00:00");
    open_world(&w);
    assert_int_equal(w.task.providers, 1);
    assert_string_equal(task_provider(&w.task)->name, "asked");
    assert_string_equal(task_at(&w.task), "2030-01-01 00:00:00");
    judge(&w, OUTCOME_UNSURE, "", 0);
    judge(&w, OUTCOME_UNSURE, "", 0);
    assert_int_equal(w.settlement.state, RECORD_HELD); /* never made twice */
    task_clear(&w.task);

    strcpy(w.record.wish.at, "2020-01-01 00:00:00"); /* over: now */
    open_world(&w);
    assert_int_equal(w.task.providers, 2);
    assert_null(task_at(&w.task));
    task_clear(&w.task);

    strcpy(w.record.recipient, "+12025550123");
    open_world(&w);
    assert_true(w.settled);
    assert_int_equal(w.settlement.state, RECORD_WAITING);
    assert_null(w.settlement.outcome);
    task_clear(&w.task);
}

static void kept_with_growing_pauses_until_its_time_is_over(void **state)
{
    const struct api *used[] = { &plain };
    struct world w;
    int64_t least = 15000;

    (void)state;
    make_world(&w, used, 1);
    for (int tries = 1; tries < 12; tries++) {
        int64_t pause;
        w.record.tries = tries;
        open_world(&w);
        judge(&w, OUTCOME_RETRY, "", 0);
        pause = w.settlement.due_ms - NOON;
        if (pause < least || pause > 2 * least || pause > 900000)
            fail_msg("after %d: %lld ms", tries, (long long)pause);
        least = least * 2 > 900000 ? 900000 : least * 2;
        task_clear(&w.task);
    }
    now_set(NOON + 3601 * 1000);
    open_world(&w);
    judge(&w, OUTCOME_RETRY, "", 0);
    assert_int_equal(w.settlement.state, RECORD_DEAD);
    task_clear(&w.task);
    w.record.created_ms = 1000; /* a machine that started in 1970: its age is not known */
    open_world(&w);
    judge(&w, OUTCOME_RETRY, "", 0);
    assert_int_equal(w.settlement.state, RECORD_WAITING);
    task_clear(&w.task);
}

static void parts_of_a_text_go_on_where_they_were(void **state)
{
    const struct api *used[] = { &plain, &keyed };
    struct world w;

    (void)state;
    make_world(&w, used, 2);
    open_world(&w);
    fit(&w, 3);
    judge(&w, OUTCOME_ACCEPTED, "", 0);
    assert_false(w.task.done);
    assert_int_equal(w.settlement.parts_done, 1);
    judge(&w, OUTCOME_RETRY, "", 0); /* another provider starts with the first part */
    assert_int_equal(w.settlement.parts_done, 0);
    assert_int_equal(w.task.part, 0);
    task_clear(&w.task);

    strcpy(w.record.provider, "keyed");
    w.record.parts_done = 2;
    open_world(&w);
    assert_string_equal(task_provider(&w.task)->name, "keyed");
    assert_int_equal(w.task.part, 2);
    task_clear(&w.task);
}

/* Those that pause are the last resort; but who may have the message already is asked first all the same. */
static void pausing_providers_are_asked_last(void **state)
{
    static const struct api *const used[] = { &keyed, &asked, &plain };
    static const struct {
        const char *pausing[3], *outcome, *order;
    } cases[] = {
        { { NULL }, "", "keyed asked plain" },
        { { "keyed" }, "", "asked plain keyed" },
        { { "asked" }, "", "keyed plain asked" },
        { { "keyed", "asked" }, "", "plain keyed asked" },
        { { "keyed", "asked", "plain" }, "", "keyed asked plain" },
        { { "keyed" }, "begun", "keyed asked plain" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        static const struct outcome broke = { .kind = OUTCOME_ACCOUNT, .code = "broke" };
        char order[64] = "";
        struct world w;

        make_world(&w, used, 3);
        strcpy(w.record.outcome, cases[i].outcome);
        strcpy(w.record.provider, "keyed");
        for (size_t p = 0; p < 3 && cases[i].pausing[p] != NULL; p++)
            breakers_note(&w.plan, NULL, plan_provider(&w.plan, cases[i].pausing[p]), &broke);
        open_world(&w);
        for (size_t p = 0; p < w.task.providers; p++)
            sprintf(order + strlen(order), "%s%s", p == 0 ? "" : " ", w.task.order[p]->name);
        assert_string_equal(order, cases[i].order);
        if (i == 1 || i == 3) {
            assert_non_null(strstr(w.told.after, "keyed: paused until "));
            assert_non_null(strstr(w.told.after, " after 1 failure: broke"));
        } else
            assert_string_equal(w.told.after, "");
        task_clear(&w.task);
    }
}

static const char *first_of(struct world *w, struct record *record)
{
    const char *name;

    if (!task_open(&w->task, &w->plan, record, &w->told, &w->settled, &w->settlement, NULL))
        fail_msg("out of memory");
    name = task_provider(&w->task)->name;
    task_clear(&w->task);
    return name;
}

/* When the pause is over, one record tries it, however often it is looked at; the others go on as before. */
static void one_record_tries(void **state)
{
    static const struct api *const used[] = { &keyed, &plain };
    static const struct outcome broke = { .kind = OUTCOME_ACCOUNT }, taken = { .kind = OUTCOME_ACCEPTED };
    struct record other, copy;
    struct world w;

    (void)state;
    make_world(&w, used, 2);
    breakers_note(&w.plan, NULL, &w.provider[0], &broke);
    assert_string_equal(first_of(&w, &w.record), "plain");
    now_set(NOON + 60000);
    assert_string_equal(first_of(&w, &w.record), "keyed");
    other = copy = w.record;
    other.id = 8;
    assert_string_equal(first_of(&w, &other), "plain");
    assert_string_equal(first_of(&w, &copy), "keyed");
    breakers_note(&w.plan, NULL, &w.provider[0], &broke);
    assert_string_equal(first_of(&w, &w.record), "plain");
    now_set(NOON + 180000);
    assert_string_equal(first_of(&w, &other), "keyed");
    breakers_note(&w.plan, NULL, &w.provider[0], &taken);
    assert_string_equal(first_of(&w, &w.record), "keyed");
}

/* What munja says by itself is no fault of the gateway. */
static void own_words_open_no_breaker(void **state)
{
    static const struct api *const used[] = { &plain };
    struct outcome own;
    struct world w;

    (void)state;
    make_world(&w, used, 1);
    outcome_own(&own, OUTCOME_ACCOUNT, "", "no such file");
    breakers_note(&w.plan, NULL, &w.provider[0], &own);
    assert_int_equal(breakers_state(&w.plan, &w.provider[0]), BREAKER_CLOSED);
}

/* Sent in place of another: from there on, once around. */
static void it_begins_with_another_provider(void **state)
{
    static const struct {
        const char *first, *order;
    } cases[] = { { "", "plain keyed asked " },
                  { "plain", "plain keyed asked " },
                  { "keyed", "keyed asked plain " },
                  { "asked", "asked plain keyed " },
                  { "gone", "plain keyed asked " } };
    static const struct api *const used[] = { &plain, &keyed, &asked };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char order[64] = "";
        struct world w;
        make_world(&w, used, 3);
        snprintf(w.record.wish.first, sizeof w.record.wish.first, "%s", cases[i].first);
        open_world(&w);
        for (size_t k = 0; k < w.task.providers; k++)
            snprintf(order + strlen(order), sizeof order - strlen(order), "%s ", w.task.order[k]->name);
        assert_string_equal(order, cases[i].order);
        task_clear(&w.task);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pausing_providers_are_asked_last),
        cmocka_unit_test(own_words_open_no_breaker),
        cmocka_unit_test(it_begins_with_another_provider),
        cmocka_unit_test(one_record_tries),
        cmocka_unit_test(every_outcome_has_its_way),
        cmocka_unit_test(a_fault_of_the_account_is_told_though_another_took_it),
        cmocka_unit_test(a_batch_is_halved),
        cmocka_unit_test(what_a_dead_process_left_open),
        cmocka_unit_test(postponed_it_can_still_be_looked_up),
        cmocka_unit_test(who_can_take_it),
        cmocka_unit_test(kept_with_growing_pauses_until_its_time_is_over),
        cmocka_unit_test(parts_of_a_text_go_on_where_they_were),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
