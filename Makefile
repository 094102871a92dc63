# abie: contextual attendance expectations for schools.
# Needs PostgreSQL's PGXS (pg_config in PATH, or make PG_CONFIG=...) and GSL (found by pkg-config).
EXTENSION = abie
EXTVERSION = 1.1
MODULE_big = abie

# The install script is its topic files, a floor a folder of sql/ and a line here; each floor needs those before it.
types = code register tally absence rate_error rate_change absence_week repeat pupil figure
statistics = decimal_log scaling distance nearest context quantile shrinkage shrink_nested forecast funnel xmr \
	false_discovery suppress expectation
inputs = school published_attendance import_format_week import_format import import_parse import_align import_merge \
	import_week import_name load_attendance pupil_sessions history published circumstances school_figure
runs = methodology run_table run_result run_total run scope input_mark pool similar digest calculate calculate_context \
	calculate_baseline explain_context explain nearby progress what_if backtest calibration compare
release = release access release_check correction check_list check_school check_input readable read_log verify issue night grant
year = calendar projection school_event year_progress shock monitor_table monitor progress_week explain_progress \
	backtest_year
pupils = pupil_outlook transition transition_week transition_moment group_change
reports = row_json markup csv chart_part chart chart_map chart_school_map chart_history chart_year chart_weeks chart_xmr \
	chart_transition report_view report_history report_table report_input report_week report_progress school_profile \
	area_attendance report_shock report_part report_sort run_change report_summary chart_waterfall report_since \
	report_facts report_word half_page since_part \
	report_expectation report_compared report_transition school_report \
	site_page area_funnel area_circumstances area_change area_facts area_report site_school site_area site_index site \
	week_facts week_area week_school week_part week_control week_group week_area_report week_report
support = assign choose_sites outcome referral_table referral referral_answer report_referral \
	hub_table hub_allocation_table hub hub_allocation hub_explain report_hub chart_hub_map \
	hub_report
demo = demo demo_pupils demo_week demo_move
FLOORS = types statistics inputs runs release year pupils reports support demo
TOPICS = schema $(foreach floor,$(FLOORS),$(addprefix $(floor)/,$($(floor)))) setting
EXTENSION_SCRIPT = sql/$(EXTENSION)--$(EXTVERSION).sql

# the folder of this file: a build may be in another one (make -f)
here := $(dir $(lastword $(MAKEFILE_LIST)))
files = $(sort $(patsubst $(here)%,%,$(wildcard $(addprefix $(here),$(1)))))

DATA = $(RELEASED:%=sql/$(EXTENSION)--%.sql) $(call files,sql/$(EXTENSION)--*--*.sql)
OBJS = $(patsubst %.c,%.o,$(call files,src/*.c src/core/*.c))
LOCAL_HEADERS = $(call files,src/*.h src/core/*.h)
DATA_built = $(EXTENSION_SCRIPT)
# versions that were released, whose scripts are kept as they were then, and the way from each to the next one
RELEASED = 1.0
SCRIPTS = bin/abie-load bin/abie-reports
EXTRA_CLEAN = test/results

# without a locale the clusters of the tests would be in SQL_ASCII; PostgreSQL's test modules keep LANG and drop LC_ALL
installcheck: export LANG = C.UTF-8
REGRESS = $(patsubst test/sql/%.sql,%,$(call files,test/sql/*.sql))
# pg_regress looks for sql/NAME.sql in its output directory first, and this one has topic files of the same names in sql/
REGRESS_OPTS = --inputdir=$(srcdir)/test --outputdir=test/results --load-extension=abie
ISOLATION = $(patsubst test/specs/%.spec,%,$(call files,test/specs/*.spec))
ISOLATION_OPTS = --inputdir=$(srcdir)/test --load-extension=abie
TAP_TESTS = 1
PROVE_TESTS = $(call files,test/t/*.pl)

# The same bits on every machine: no contraction of a*b+c into one rounding, no -march, no fast-math.
PG_CFLAGS = -std=gnu11 -ffp-contract=off $(shell pkg-config --cflags gsl)
# Only what the server calls is exported: a name of this library is never taken for another library's, nor the other
# way round.
SHLIB_LINK = -Wl,--version-script=$(srcdir)/src/abie.map $(shell pkg-config --libs gsl)
# No bitcode: the server would compile it again, for its own CPU and with what another compiler may contract.
override with_llvm := no

PG_CONFIG ?= pg_config
# the server's headers as system headers: -Wextra is for this project's code
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server)
PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error pg_config was not found: install the server's development files (Debian: postgresql-server-dev-15) or give make PG_CONFIG=/path/to/pg_config)
endif
ifneq ($(shell pkg-config --exists gsl && echo yes),yes)
$(error GSL was not found by pkg-config: install its development files (Debian: libgsl-dev pkg-config))
endif
include $(PGXS)

$(OBJS): $(LOCAL_HEADERS)
$(MODULE_big).so: src/abie.map

# folders for a build outside the tree
$(OBJS) $(EXTENSION_SCRIPT): | $(addprefix $(CURDIR)/,$(sort $(dir $(OBJS) $(EXTENSION_SCRIPT))))
$(CURDIR)/%/:
	mkdir -p $@

$(EXTENSION_SCRIPT): $(addprefix sql/,$(addsuffix .sql,$(TOPICS))) Makefile
	{ printf '%s\n' '\echo Use "CREATE EXTENSION abie" to load this file. \quit'; \
	  cat $(addprefix $(srcdir)/sql/,$(addsuffix .sql,$(TOPICS))); } > $@.new && mv $@.new $@

# What goes to PGXN: the tree as committed. Its name has the version of META.json.
DISTRIBUTION = $(EXTENSION)-$(shell sed -n 's/^\t"version": "\(.*\)",/\1/p' $(here)META.json)
.PHONY: dist
dist:
	git -C $(srcdir) archive --format=zip --prefix=$(DISTRIBUTION)/ -o $(abspath $(DISTRIBUTION).zip) HEAD
