using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>
/// Kills a process that writes to a folder, at random moments, and checks that everything acknowledged is in the folder. A kill does not
/// lose what is in the cache of the operating system: <see cref="PowerLossRun"/> does.
/// </summary>
internal sealed class KillRun(string folder, long seed, Defect defect, TextWriter output)
{
    private const int LongestLife = 400; // milliseconds
    private const int OpeningTakes = 15; // milliseconds, about

    private readonly Random _random = new((int)seed);
    private readonly CallSequence _calls = new((ulong)seed);

    /// <summary>The number of calls that were acknowledged and found.</summary>
    public long Found => _calls.Count;

    /// <exception cref="LostDataException">Something acknowledged is lost.</exception>
    public async Task RunAsync(int rounds)
    {
        for (int round = 1; round <= rounds; round++)
        {
            long acknowledged = await RunChildAsync();
            StoredState state = await StoredState.ReadAsync(folder);
            long from = _calls.Count;
            _calls.SkipTo(acknowledged);
            state.RequireAfter(_calls, (ulong)seed, StoredState.MostUnderWay);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {acknowledged - from} calls acknowledged, {_calls.Count - acknowledged} more found"));
        }
    }

    private async Task<long> RunChildAsync()
    {
        StoreChildArguments arguments = new(folder, seed, _calls.Count) { Defect = defect };
        using ChildProcess child = ChildProcess.Start(arguments.ToArguments());
        await child.WaitUntilOpeningAsync();
        bool diesWhileOpening = _random.Next(4) == 0;
        if (!diesWhileOpening)
        {
            await child.WaitUntilAcknowledgedAsync();
        }

        await Task.Delay(_random.Next(diesWhileOpening ? OpeningTakes : LongestLife));
        await child.KillAsync();
        return Math.Max(child.Acknowledged, _calls.Count);
    }
}
