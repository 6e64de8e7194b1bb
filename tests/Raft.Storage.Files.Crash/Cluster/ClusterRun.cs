using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>
/// Kills a process with a whole cluster, and checks that a cluster over the same folders has every command that was acknowledged, once and
/// in the order of the log, on every node.
/// </summary>
internal sealed class ClusterRun(string folder, long seed, Defect defect, TextWriter output)
{
    private const int LongestLife = 1_500; // milliseconds after the first commit, which is enough for snapshots

    private readonly Random _random = new((int)seed);
    private readonly Dictionary<string, long> _acknowledged = new(StringComparer.Ordinal); // the index of each command

    /// <summary>The number of commands that were acknowledged and found.</summary>
    public int Found => _acknowledged.Count;

    /// <exception cref="LostDataException">Something acknowledged is lost.</exception>
    public async Task RunAsync(int rounds)
    {
        for (int round = 1; round <= rounds; round++)
        {
            int before = _acknowledged.Count;
            await RunChildAsync(round);
            await using (FileCluster cluster = FileCluster.Start(folder))
            {
                Committed barrier = await cluster.ProposeAsync(string.Create(CultureInfo.InvariantCulture, $"after round {round}"));
                await cluster.WaitUntilAppliedAsync(barrier.Index);
                Check([.. cluster.Strings]);
            }

            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {_acknowledged.Count - before} commands acknowledged, all found on all nodes"));
        }
    }

    private async Task RunChildAsync(int round)
    {
        string[] arguments = [ClusterChild.Command, folder, round.ToString(CultureInfo.InvariantCulture), defect.ToString()];
        using ChildProcess child = ChildProcess.Start(arguments, Note);
        await child.WaitUntilAcknowledgedAsync();
        await Task.Delay(_random.Next(LongestLife));
        await child.KillAsync();
    }

    private void Note(string report)
    {
        int space = report.IndexOf(' ', StringComparison.Ordinal);
        _acknowledged.Add(report[(space + 1)..], long.Parse(report[..space], CultureInfo.InvariantCulture));
    }

    private void Check(IReadOnlyList<(NodeId Node, IReadOnlyList<string> Strings)> nodes)
    {
        IReadOnlyList<string> strings = nodes[0].Strings;
        foreach ((NodeId node, IReadOnlyList<string> others) in nodes.Skip(1))
        {
            if (!others.SequenceEqual(strings, StringComparer.Ordinal))
            {
                throw new LostDataException($"{node} has applied other commands than {nodes[0].Node}.");
            }
        }

        Dictionary<string, int> positions = new(StringComparer.Ordinal);
        for (int i = 0; i < strings.Count; i++)
        {
            if (!positions.TryAdd(strings[i], i))
            {
                throw new LostDataException($"'{strings[i]}' was applied twice.");
            }
        }

        int last = -1;
        foreach ((string command, long index) in _acknowledged.OrderBy(static command => command.Value))
        {
            int position = positions.GetValueOrDefault(command, -1);
            if (position <= last)
            {
                throw new LostDataException(
                    position < 0
                        ? $"Lost: '{command}' was acknowledged at index {index}."
                        : $"'{command}' was acknowledged at index {index}, but applied before an earlier one.");
            }

            last = position;
        }
    }
}
