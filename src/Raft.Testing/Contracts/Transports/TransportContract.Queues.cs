using System.Runtime.CompilerServices;

namespace Raft.Testing;

// What a transport keeps for nodes that do not take it.
public sealed partial class TransportContract
{
    private const int BulkyBytes = 4_096;
    private const int LeastBulky = 16_384;
    private const int MostBulky = 65_536;

    /// <summary>Two of these at the same time would count each other's memory.</summary>
    private static readonly SemaphoreSlim MemoryIsMeasured = new(1, 1);

    /// <summary>Messages that cannot be sent are dropped beyond a limit: those to a dead node do not pile up.</summary>
    /// <remarks>
    /// It sends up to 65,536 messages of 4 KiB to a node that was never started, and to one that was stopped, and expects that the
    /// transport keeps less than half of them, as messages or as bytes. So a queue may hold 32,000 messages or 128 MiB. Bytes are those of
    /// the whole process. If more than half remain in memory, the clause still accepts growth of at most a quarter of the last batch,
    /// because other code in the process may use the rest. Tests that run at the same time can break the clause by using more and more
    /// memory, or hide a growing queue by releasing memory. Run it without them.
    /// </remarks>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public async Task QueuesAreBounded()
    {
        await MemoryIsMeasured.WaitAsync().ConfigureAwait(false);
        try
        {
            await Check(nameof(QueuesAreBounded), static async trial =>
            {
                await trial.StartAsync(N1).ConfigureAwait(false);
                await FloodAsync(trial, N3, "which was never started").ConfigureAwait(false);
                await trial.StartAsync(N2).ConfigureAwait(false);
                await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
                await trial.StopAsync(N2).ConfigureAwait(false);
                await FloodAsync(trial, N2, "which was stopped").ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        finally
        {
            MemoryIsMeasured.Release();
        }
    }

    private static async Task FloodAsync(TransportTrial trial, NodeId dead, string why)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers(); // what they release does not hide growth later
        long before = CountLiveBytes();
        List<WeakReference> sent = [];
        (long Messages, long Bytes) kept = default;
        for (int total = LeastBulky; total <= MostBulky; total *= 2)
        {
            (int count, long earlier) = (total - sent.Count, kept.Bytes);
            SendBulky(trial, dead, count, sent);
            bool dropped = await trial.Subject.WaitUntilAsync(
                () =>
                {
                    long bytes = CountLiveBytes() - before;
                    kept = (sent.Count(static message => message.IsAlive), bytes);
                    return kept.Messages <= total / 2 && (IsWithin(bytes, total, 2) || IsWithin(bytes - earlier, count, 4));
                },
                trial.Subject.Patience).ConfigureAwait(false);
            if (dropped)
            {
                return;
            }
        }

        throw trial.Broken($"After {MostBulky} calls of Send to {dead}, {why}, {kept.Messages} of the messages and {kept.Bytes >> 20} MiB "
            + $"of {((long)MostBulky * BulkyBytes) >> 20} MiB are still in memory. Bound the queue, and drop what exceeds it.");
    }

    private static bool IsWithin(long bytes, int messages, int part) => bytes <= (long)messages * BulkyBytes / part;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SendBulky(TransportTrial trial, NodeId to, int count, List<WeakReference> sent)
    {
        trial.Note($"sent {count} messages of {BulkyBytes} bytes to {to}");
        RaftMember member = trial.Describe(to);
        for (int i = 0; i < count; i++)
        {
            AppendEntriesMessage message = ContractMessages.Bulky(N1, to, trial.NextCorrelation(), BulkyBytes);
            trial.Send(N1, member, message);
            sent.Add(new WeakReference(message));
        }
    }

    private static long CountLiveBytes()
    {
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
