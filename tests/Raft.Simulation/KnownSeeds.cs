using System.Globalization;

namespace Raft.SimulationRuns;

/// <summary>
/// A file of seeds that once broke a rule, or came close: a line for each, <c>profile seed nodes reason</c>, and comments after a
/// <c>#</c>.
/// </summary>
internal static class KnownSeeds
{
    /// <exception cref="FormatException">A line is not of this form.</exception>
    public static IReadOnlyList<Job> Parse(IEnumerable<string> lines, double minutes)
    {
        List<Job> jobs = [];
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string text = line.Split('#')[0].Trim();
            if (text.Length == 0)
            {
                continue;
            }

            string[] parts = text.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 4
                && Profile.Find(parts[0]) is { } profile
                && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int nodes) && nodes is >= 1 and <= 64)
            {
                jobs.Add(new Job(seed, profile, nodes, minutes));
            }
            else
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Line {number} is not 'profile seed nodes "
                    + $"reason': {line}"));
            }
        }

        return jobs;
    }
}
