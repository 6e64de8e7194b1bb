namespace Raft.SimulationRuns;

/// <summary>What to run, as the command line asks for it.</summary>
internal static class JobList
{
    public static IReadOnlyList<Job> Of(Arguments arguments)
    {
        if (arguments.KnownSeeds is { } file)
        {
            return KnownSeeds.Parse(File.ReadLines(file), arguments.Minutes);
        }

        List<Job> jobs = [];
        foreach (Profile profile in arguments.Profiles)
        {
            for (ulong offset = 0; offset <= arguments.LastSeed - arguments.FirstSeed; offset++)
            {
                jobs.Add(new Job(arguments.FirstSeed + offset, profile, arguments.Nodes, arguments.Minutes));
            }
        }

        return jobs;
    }
}
