"""A run of dlt: its REST source into SQLite. The argument is the task, a JSON file."""

import json
import resource
import sys
import time


def cpu_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb():
    try:
        with open("/proc/self/status", encoding="utf-8") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main(task_file):
    with open(task_file, encoding="utf-8") as file:
        task = json.load(file)
    import dlt
    from dlt.sources.rest_api import rest_api_source

    start, start_cpu = time.perf_counter(), cpu_seconds()
    pipeline = dlt.pipeline(
        task["pipeline"],
        destination=dlt.destinations.sqlalchemy("sqlite:///" + task["database"]),
        dataset_name="main",
        pipelines_dir=task["folder"] + "/pipelines",
    )
    pipeline.run(rest_api_source(task["config"], name=task["pipeline"]))
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - start_cpu
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "peakMb": peak_mb()}))


if __name__ == "__main__":
    main(sys.argv[1])
