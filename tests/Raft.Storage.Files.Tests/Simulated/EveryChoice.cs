namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>Runs an action once for every sequence of choices that it can make.</summary>
internal static class EveryChoice
{
    /// <summary>Runs the action.</summary>
    /// <param name="action">It is given the source of its choices, which returns 0 or more, below the number that it is given.</param>
    /// <param name="limit">The largest number of runs.</param>
    /// <returns>The number of runs.</returns>
    public static int Run(Action<Func<int, int>> action, int limit = int.MaxValue)
    {
        List<(int Choice, int Count)> choices = [];
        int runs = 0;
        do
        {
            int next = 0;
            action(count =>
            {
                if (next == choices.Count)
                {
                    choices.Add((0, count));
                }

                return choices[next++].Choice;
            });
            runs++;
            while (choices.Count > 0 && choices[^1].Choice + 1 == choices[^1].Count)
            {
                choices.RemoveAt(choices.Count - 1);
            }

            if (choices.Count > 0)
            {
                choices[^1] = (choices[^1].Choice + 1, choices[^1].Count);
            }
        }
        while (choices.Count > 0 && runs < limit);

        return runs;
    }
}
