# Debian ships Chart.js as one file for browsers. Defines ChartJs_FILE.
find_file(ChartJs_FILE chart.min.js
  PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ChartJs REQUIRED_VARS ChartJs_FILE)
mark_as_advanced(ChartJs_FILE)
