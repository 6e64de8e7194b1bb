using System.Diagnostics;

namespace Raft.Testing;

// Send never throws and never blocks, whatever it is given, on any thread.
public sealed partial class TransportContract
{
    private static readonly TimeSpan LongestSends = TimeSpan.FromSeconds(5);

    /// <summary>Send drops what it cannot send, and never throws.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task SendNeverThrows() => Check(nameof(SendNeverThrows), static async trial =>
    {
        trial.Note("sent before the start");
        trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, trial.NextCorrelation()));
        await trial.StartAsync(N1).ConfigureAwait(false);
        trial.Note("sent to a node that was never started");
        trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, trial.NextCorrelation()));
        await trial.StartAsync(N2).ConfigureAwait(false);
        trial.Note("sent to unknown nodes, with and without an address");
        foreach (string? address in (string?[])[null, "", "no address at all", "127.0.0.1:1", "://"])
        {
            trial.Send(N1, new RaftMember("nobody", address), ContractMessages.Plain(N1, "nobody", trial.NextCorrelation()));
        }

        trial.Note("sent 64 MiB in one message");
        LogEntry entry = new(1, EntryKind.Command, new byte[1_024 * 1_024], SimulatedClock.Origin);
        trial.Send(
            N1,
            trial.Describe(N2),
            ContractMessages.Loaded(N1, N2, trial.NextCorrelation(), 1, 1) with { Entries = Enumerable.Repeat(entry, 64).ToArray() });
        await trial.StopAsync(N2).ConfigureAwait(false);
        trial.Note("sent to a node that was stopped");
        for (int i = 0; i < 100; i++)
        {
            trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, trial.NextCorrelation()));
        }

        await trial.StopAsync(N1).ConfigureAwait(false);
        trial.Note("sent after the stop");
        trial.Send(N1, trial.Describe(N3), ContractMessages.Plain(N1, N3, trial.NextCorrelation()));
    });

    /// <summary>Send returns at once, also to a node that does not run or does not take its messages.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task SendNeverBlocks() => Check(nameof(SendNeverBlocks), static async trial =>
    {
        await trial.StartAsync(N1).ConfigureAwait(false);
        await trial.StartAsync(N2).ConfigureAwait(false);
        trial.Note("sent 20,000 messages to n2, which runs, and to n3, which does not");
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 10_000; i++)
        {
            trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, trial.NextCorrelation()));
            trial.Send(N1, trial.Describe(N3), ContractMessages.Plain(N1, N3, trial.NextCorrelation()));
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            trial.Require(taken < LongestSends, $"The first {2 * (i + 1)} of them took {taken}.");
        }
    });

    /// <summary>
    /// Send may be called from several threads at once, and messages stay whole. For subjects that can send from any thread.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task SendWorksFromManyThreads() => Check(nameof(SendWorksFromManyThreads), static async trial =>
    {
        const int Threads = 8;
        const int Messages = 100;
        await trial.StartAllAsync().ConfigureAwait(false);
        trial.Note($"sent {Messages} messages from each of {Threads} threads");
        AppendEntriesMessage[] messages = [.. Enumerable.Range(0, Threads * Messages)
            .Select(_ => ContractMessages.Loaded(N1, N2, trial.NextCorrelation(), 2, 200))];
        SortedSet<string> sent = new(messages.Select(ContractMessages.Describe), StringComparer.Ordinal);
        await trial.CallAsync("waited for the threads", () => Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < Messages; i++)
            {
                trial.Send(N1, trial.Describe(N2), messages[(thread * Messages) + i]);
            }
        })))).ConfigureAwait(false);
        await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
        foreach ((RaftMessage message, string text) in
            trial.Receiver(N2).Received.Where(static each => each.Message is AppendEntriesMessage))
        {
            trial.Require(sent.Contains(text), $"Nobody sent what arrived: {ContractMessages.Shorten(text)}");
        }
    });
}
