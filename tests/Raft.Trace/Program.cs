using System.Globalization;
using Raft.TraceRuns;

// Prints one line per seed, the same in every process and build: two builds of the library that print different lines
// behave differently, and a build whose own lines differ from run to run is not deterministic.
if (!TryReadSeeds(args, out ulong first, out ulong last))
{
    Console.Error.WriteLine("Usage: Raft.Trace --seeds FIRST-LAST, for example --seeds 1-20, or --seeds 7.");
    return 2;
}

int failures = 0;
long poolItems = ThreadPool.CompletedWorkItemCount;
for (ulong seed = first; seed <= last; seed++)
{
    try
    {
        Console.WriteLine(new RandomRun(seed).Run());
    }
    // Whatever it is, the other seeds are of interest too.
    catch (Exception exception)
    {
        failures++;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed} failed"));
        Console.Error.WriteLine(exception);
    }
}

long strayed = ThreadPool.CompletedWorkItemCount - poolItems;
if (strayed != 0)
{
    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{strayed} work items ran on the thread pool; a simulation uses "
        + $"none."));
    failures++;
}

return failures == 0 ? 0 : 1;

static bool TryReadSeeds(string[] args, out ulong first, out ulong last)
{
    first = last = 0;
    if (args is not ["--seeds", string range])
    {
        return false;
    }

    string[] ends = range.Split('-');
    return ends.Length <= 2
        && ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
        && ulong.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out last)
        && first <= last && last < ulong.MaxValue;
}
