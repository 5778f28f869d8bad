// The rival of `tern-bench shuffle`: one MPI_Alltoall that turns an n x n array
// of float64 in blocks of rows, one a process, into blocks of columns.
// Usage: mpirun -n P rival-mpi-alltoall N. The first process prints
// {"seconds", "value"}: of the second call, and elements at a wrong place.

#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

/// One process' part: `own` of `n` rows or columns.
struct part {
  int n;
  int own;
  int first; ///< row, or column

  static double element(int row, int column) {
    return 3.0 * row + 7.0 * column;
  }
  std::vector<double> rows() const {
    std::vector<double> x(static_cast<std::size_t>(own)
                          * static_cast<std::size_t>(n));
    auto* at = x.data();
    for (int i = 0; i < own; ++i)
      for (int j = 0; j < n; ++j)
        *at++ = element(first + i, j);
    return x;
  }
  long wrong(const std::vector<double>& columns) const {
    long count = 0;
    const auto* at = columns.data();
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < own; ++j)
        count += *at++ != element(i, first + j);
    return count;
  }
};

/// The columns of a block of rows that are for one process, each next to the
/// last one's.
MPI_Datatype columns_of(const part& p) {
  MPI_Datatype strided;
  MPI_Datatype placed;
  MPI_Type_vector(p.own, p.own, p.n, MPI_DOUBLE, &strided);
  MPI_Type_create_resized(
      strided, 0, static_cast<MPI_Aint>(p.own * sizeof(double)), &placed);
  MPI_Type_commit(&placed);
  MPI_Type_free(&strided);
  return placed;
}

double exchange(const part& p, const std::vector<double>& from,
                std::vector<double>& to, MPI_Datatype columns) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double begin = MPI_Wtime();
  MPI_Alltoall(from.data(), 1, columns, to.data(), p.own * p.own, MPI_DOUBLE,
               MPI_COMM_WORLD);
  MPI_Barrier(MPI_COMM_WORLD);
  return MPI_Wtime() - begin;
}

} // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int processes = 1;
  int rank = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &processes);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const int n = argc > 1 ? std::atoi(argv[1]) : 0;
  if (n < processes || n % processes != 0) {
    std::fputs("usage: rival-mpi-alltoall N, a multiple of the processes\n",
               stderr);
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  const int own = n / processes;
  const part p{n, own, rank * own};
  const auto rows = p.rows();
  std::vector<double> columns(rows.size());
  auto type = columns_of(p);
  exchange(p, rows, columns, type);
  const double seconds = exchange(p, rows, columns, type);
  const long wrong = p.wrong(columns);
  long all = 0;
  MPI_Reduce(&wrong, &all, 1, MPI_LONG, MPI_SUM, 0, MPI_COMM_WORLD);
  if (rank == 0)
    std::printf("{\"seconds\": %.6f, \"value\": %ld}\n", seconds, all);
  MPI_Type_free(&type);
  MPI_Finalize();
}
