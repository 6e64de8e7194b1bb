using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Raft.Testing;

// What is left of a transport after StopAsync.
public sealed partial class TransportContract
{
    private static readonly TimeSpan LongestRelease = TimeSpan.FromSeconds(10);

    /// <summary>
    /// StopAsync does not complete while a call of <see cref="IMessageReceiver.Receive"/> is under way. For subjects that can send from
    /// any thread.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task StopWaitsForReceive() => Check(nameof(StopWaitsForReceive), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim mayEnd = new();
        trial.Receiver(N2).Entering = () =>
        {
            entered.Set();
            mayEnd.Wait();
        };
        Task sending = Task.CompletedTask;
        try
        {
            // On another thread: a transport may deliver in the call of Send.
            sending = Task.Run(async () =>
            {
                while (!entered.IsSet)
                {
                    trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, correlation: 7));
                    await Task.Delay(1).ConfigureAwait(false);
                }
            });
            bool received = await trial.Subject.WaitUntilAsync(() => entered.IsSet, trial.Subject.Limit).ConfigureAwait(false);
            trial.Require(received, $"n2 received none of the messages of n1.");
            trial.Note("stopped n2 while its Receive had not returned");
            Task stopping = trial.BeginStop(N2);
            bool stopped = await trial.Subject.WaitUntilAsync(() => stopping.IsCompleted, trial.Subject.Patience).ConfigureAwait(false);
            trial.Require(!stopped, $"StopAsync of n2 ended ({stopping.Status}) while Receive of n2 was still under way.");
            mayEnd.Set();
            await trial.CallAsync("let Receive return", () => stopping, "n2.StopAsync()").ConfigureAwait(false);
        }
        finally
        {
            entered.Set();
            mayEnd.Set();
            await sending.ConfigureAwait(false);
            trial.Receiver(N2).Entering = null;
        }
    });

    /// <summary>
    /// When StopAsync has completed, nothing that the transport has started still runs: no loop, thread or timer refers to the receiver.
    /// </summary>
    /// <remarks>
    /// It stops all transports, disposes the subject, and waits until the receivers can be collected: for
    /// <see cref="ContractSubject.Limit"/>, and at most 10 s.
    /// </remarks>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public async Task NothingIsLeftAfterStop()
    {
        (NodeId Id, WeakReference Receiver)[] left = [];
        TimeSpan limit = LongestRelease;
        await Check(nameof(NothingIsLeftAfterStop), async trial =>
        {
            limit = trial.Subject.Limit < limit ? trial.Subject.Limit : limit;
            left = await UseAllAsync(trial).ConfigureAwait(false);
        }).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        while (Array.Exists(left, static each => each.Receiver.IsAlive) && Stopwatch.GetElapsedTime(start) < limit)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(TimeSpan.FromMilliseconds(20)).ConfigureAwait(false);
        }

        string[] names = [.. left.Where(static each => each.Receiver.IsAlive).Select(static each => each.Id.Value)];
        if (names.Length > 0)
        {
            throw new ContractBrokenException(
                nameof(TransportContract),
                Find(nameof(NothingIsLeftAfterStop)),
                "stopped all transports, and disposed the subject",
                $"{limit.TotalSeconds} s after StopAsync, something still refers to the receiver of {string.Join(", ", names)}: a "
                    + "loop, a thread or a timer that StopAsync did not end, or a static field.",
                innerException: null);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(NodeId Id, WeakReference Receiver)[]> UseAllAsync(TransportTrial trial)
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
        await trial.DeliverAsync(N2, N1, ContractMessages.Plain(N2, N1, trial.NextCorrelation())).ConfigureAwait(false);
        await trial.DeliverAsync(N3, N1, ContractMessages.Plain(N3, N1, trial.NextCorrelation())).ConfigureAwait(false);
        await trial.StopAsync(N3).ConfigureAwait(false);
        trial.Send(N1, trial.Describe(N3), ContractMessages.Plain(N1, N3, trial.NextCorrelation())); // it keeps trying
        return [.. trial.Ids.Select(id => (id, new WeakReference(trial.Receiver(id))))];
    }
}
