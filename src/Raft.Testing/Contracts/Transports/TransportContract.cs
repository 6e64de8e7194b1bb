namespace Raft.Testing;

/// <summary>
/// What every <see cref="ITransport"/> must keep to. Since messages may be lost, one that must arrive is sent again until it does.
/// </summary>
/// <remarks>The clauses may be run on any thread, and at the same time if the subjects do not share addresses.</remarks>
public sealed partial class TransportContract : PortContract
{
    private static readonly NodeId N1 = "n1", N2 = "n2", N3 = "n3";

    private readonly Func<TransportSubject> _newSubject;

    /// <summary>Makes the suite for a kind of transport.</summary>
    /// <param name="newSubject">Makes a network. Called once now, to see what it can do, and once for each clause.</param>
    public TransportContract(Func<TransportSubject> newSubject)
    {
        ArgumentNullException.ThrowIfNull(newSubject);
        _newSubject = newSubject;
        Add(MessagesReachTheirNode, "A message reaches the node that it is sent to, from every node to every other.");
        Add(MessagesReachNobodyElse, "A message is received by nobody but the node that it is sent to; not by the sender itself.");
        Add(
            EveryTypeArrivesUnchanged,
            "Each type of message arrives with all fields as they were: From, To, ClusterId and Correlation too.");
        Add(LargeMessagesArrive, "A message of the size that the transport allows arrives whole.");
        Add(LargeSnapshotChunksArrive, "A chunk of a snapshot of the size that the transport allows arrives whole, the first one too.");
        Add(DeliveredMemoryIsNeverReused, "The memory of a message that was received is never used again: the log keeps it.");
        Add(NothingIsReceivedAfterStop, "When StopAsync has completed, nothing is received any more.");
        Add(StoppedTransportCanBeStartedAgain, "After a stop the transport may be started again, with another receiver.");
        Add(NothingIsLeftAfterStop, "When StopAsync has completed, nothing that the transport has started still runs.");
        Add(QueuesAreBounded, "Messages that cannot be sent are dropped beyond a limit: those to a dead node do not pile up.");
        Add(SendNeverThrows, "Send drops what it cannot send, and never throws.");
        Add(SendNeverBlocks, "Send returns at once, also to a node that does not run or does not take its messages.");
        if (Ask(newSubject, static subject => subject.CanSendFromAnyThread))
        {
            Add(SendWorksFromManyThreads, "Send may be called from several threads at once, and messages stay whole.");
            Add(StopWaitsForReceive, "StopAsync does not complete while a call of Receive is under way.");
        }
    }

    /// <summary>A message reaches the node that it is sent to.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task MessagesReachTheirNode() => Check(nameof(MessagesReachTheirNode), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        foreach (NodeId from in trial.Ids)
        {
            foreach (NodeId to in trial.Ids.Where(to => to != from))
            {
                await trial.DeliverAsync(from, to, ContractMessages.Plain(from, to, trial.NextCorrelation())).ConfigureAwait(false);
            }
        }
    });

    /// <summary>Only the node that a message is sent to receives it.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task MessagesReachNobodyElse() => Check(nameof(MessagesReachNobodyElse), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        for (int i = 0; i < 10; i++)
        {
            await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
        }

        foreach (NodeId other in (NodeId[])[N1, N3])
        {
            bool received = await trial.Subject.WaitUntilAsync(
                () => trial.Receiver(other).Count > 0, trial.Subject.Patience).ConfigureAwait(false);
            trial.Require(!received, $"{other} received: {ContractMessages.Shorten(trial.Receiver(other).Received[0].Text)}");
        }
    });

    /// <summary>Each type of message arrives with all fields as they were.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task EveryTypeArrivesUnchanged() => Check(nameof(EveryTypeArrivesUnchanged), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        foreach (RaftMessage message in MessagesOfEveryType.Make(N3, N1, trial.NextCorrelation()))
        {
            await trial.DeliverAsync(N3, N1, message).ConfigureAwait(false);
        }
    });

    /// <summary>A message of the size that the transport allows arrives whole.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task LargeMessagesArrive() => Check(nameof(LargeMessagesArrive), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        int largest = trial.Subject.LargestMessage;
        foreach ((int entries, int size) in ((int, int)[])[(1, largest), (4, largest / 4), (Math.Clamp(largest / 100, 1, 1_000), 24)])
        {
            await trial.DeliverAsync(N1, N3, ContractMessages.Loaded(N1, N3, trial.NextCorrelation(), entries, size)).ConfigureAwait(false);
        }
    });

    /// <summary>A chunk of a snapshot of the size that the transport allows arrives whole.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task LargeSnapshotChunksArrive() => Check(nameof(LargeSnapshotChunksArrive), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        foreach (long offset in (long[])[0, 1L << 30])
        {
            InstallSnapshotMessage chunk =
                ContractMessages.Chunk(N1, N3, trial.NextCorrelation(), offset, trial.Subject.LargestMessage);
            await trial.DeliverAsync(N1, N3, chunk).ConfigureAwait(false);
        }
    });

    /// <summary>The memory of a message that was received is never used again.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task DeliveredMemoryIsNeverReused() => Check(nameof(DeliveredMemoryIsNeverReused), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        for (int i = 0; i < 30; i++)
        {
            await trial.DeliverAsync(
                N1, N2, ContractMessages.Loaded(N1, N2, trial.NextCorrelation(), 1 + (i % 3), 40 + (i * 7))).ConfigureAwait(false);
        }

        RequireUnchanged(trial, N2, "while others followed");
        await trial.StopAsync(N2).ConfigureAwait(false);
        RequireUnchanged(trial, N2, "while the transport stopped");
    });

    /// <summary>When StopAsync has completed, nothing is received any more.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task NothingIsReceivedAfterStop() => Check(nameof(NothingIsReceivedAfterStop), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
        for (int i = 0; i < 200; i++)
        {
            trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, trial.NextCorrelation()));
        }

        trial.Note("sent 200 messages to n2 without waiting");
        await trial.StopAsync(N2).ConfigureAwait(false);
        int before = trial.Receiver(N2).Count;
        for (int i = 0; i < 20; i++)
        {
            trial.Send(N1, trial.Describe(N2), ContractMessages.Plain(N1, N2, trial.NextCorrelation()));
        }

        bool received = await trial.Subject.WaitUntilAsync(
            () => trial.Receiver(N2).Count > before, trial.Subject.Patience).ConfigureAwait(false);
        trial.Require(!received, $"n2 received {trial.Receiver(N2).Count - before} messages after its stop had completed.");
    });

    /// <summary>After a stop the transport may be started again, with another receiver.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task StoppedTransportCanBeStartedAgain() => Check(nameof(StoppedTransportCanBeStartedAgain), static async trial =>
    {
        await trial.StartAllAsync().ConfigureAwait(false);
        for (int round = 0; round < 3; round++)
        {
            await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
            await trial.StopAsync(N2).ConfigureAwait(false);
            int before = trial.Receiver(N2).Count;
            trial.ReplaceReceiver(N2, out ContractReceiver earlier);
            await trial.StartAsync(N2).ConfigureAwait(false);
            await trial.DeliverAsync(N1, N2, ContractMessages.Plain(N1, N2, trial.NextCorrelation())).ConfigureAwait(false);
            await trial.DeliverAsync(N2, N1, ContractMessages.Plain(N2, N1, trial.NextCorrelation())).ConfigureAwait(false);
            trial.Require(earlier.Count == before, $"The receiver of the time before the stop received {earlier.Count - before} messages.");
        }
    });

    private static void RequireUnchanged(TransportTrial trial, NodeId id, string when)
    {
        foreach ((RaftMessage message, string text) in trial.Receiver(id).Received)
        {
            string now = ContractMessages.Describe(message);
            trial.Require(now == text, $"A message that {id} had received changed {when}. It was: {ContractMessages.Shorten(text)} It is: "
                + $"{ContractMessages.Shorten(now)}");
        }
    }

    private async Task Check(string clause, Func<TransportTrial, Task> check)
    {
        ContractClause found = Find(clause);
        TransportSubject subject = _newSubject();
        await using (subject.ConfigureAwait(false))
        {
            TransportTrial trial = new(found, subject);
            try
            {
                await trial.RunAsync(() => check(trial)).ConfigureAwait(false);
            }
            catch (ContractBrokenException)
            {
                await trial.StopQuietlyAsync().ConfigureAwait(false);
                throw;
            }

            await trial.StopAllAsync().ConfigureAwait(false);
        }
    }
}
