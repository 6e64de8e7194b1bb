using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>
/// Takes copies of a disk while a process writes to it, as losses of power would leave it, and checks that everything acknowledged is in
/// each copy. After some copies, the process and the disk continue from the last one.
/// </summary>
internal sealed class PowerLossRun(LoopDisk disk, long seed, Defect defect, TextWriter output)
{
    private const int CopiesPerLife = 5;
    private const int LongestWait = 200; // milliseconds
    private const int MostReportedMeanwhile = 10_000; // calls, while a copy is taken

    private readonly Random _random = new((int)seed);
    private readonly CallSequence _calls = new((ulong)seed);
    private string? _kept; // the last copy

    /// <summary>The number of calls that were acknowledged and found.</summary>
    public long Found => _calls.Count;

    /// <exception cref="LostDataException">Something acknowledged is lost.</exception>
    public async Task RunAsync(int rounds)
    {
        for (int round = 1; round <= rounds;)
        {
            StoreChildArguments arguments = new(Path.Combine(disk.Folder, "node"), seed, _calls.Count) { Defect = defect };
            using (ChildProcess child = ChildProcess.Start(arguments.ToArguments()))
            {
                await child.WaitUntilOpeningAsync();
                for (int copy = 0; copy < CopiesPerLife && round <= rounds; copy++, round++)
                {
                    await Task.Delay(_random.Next(LongestWait));
                    await LosePowerAsync(round, child);
                }

                await child.KillAsync();
            }

            disk.Restore(_kept!);
        }
    }

    private async Task LosePowerAsync(int round, ChildProcess child)
    {
        long acknowledged = Math.Max(child.Acknowledged, _calls.Count); // what one copy has, the next one has too
        string copy = disk.Copy();
        StoredState state = await disk.UseCopyAsync(copy, static folder => StoredState.ReadAsync(Path.Combine(folder, "node")));
        if (_kept is not null)
        {
            File.Delete(_kept);
        }

        _kept = copy;
        _calls.SkipTo(acknowledged);
        state.RequireAfter(_calls, (ulong)seed, MostReportedMeanwhile);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"round {round}: {acknowledged} calls acknowledged, {_calls.Count} found"));
    }
}
