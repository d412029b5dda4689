"""How a peer ends that needs more memory than there is, so that its row says null and nothing else is killed."""
import resource
import sys

OUT_OF_MEMORY = 3


def limit_memory():
    """A process that takes all memory is killed, and others may be with it; a failed allocation ends it in words."""
    with open("/proc/meminfo") as file:
        free = next(int(line.split()[1]) for line in file if line.startswith("MemAvailable")) * 1024
    limit = free - 2**30
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def ends_where_memory_ends(main, what):
    """Runs main(); where memory does not hold it, the process ends with OUT_OF_MEMORY and a sentence."""
    try:
        main()
    except (MemoryError, RuntimeError) as error:
        words = ("allocate memory", "out of memory")
        if not isinstance(error, MemoryError) and not any(word in str(error) for word in words):
            raise
        print(f"{what}: the memory of this machine does not hold it ({error})", file=sys.stderr)
        sys.exit(OUT_OF_MEMORY)
