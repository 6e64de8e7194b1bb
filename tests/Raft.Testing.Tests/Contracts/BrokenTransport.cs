using System.Buffers;
using System.Collections.Concurrent;

namespace Raft.Testing.Tests.Contracts;

/// <summary>
/// The ways in which a <see cref="BrokenTransport"/> can be wrong: one for each clause of <see cref="TransportContract"/>, by whose
/// name it goes.
/// </summary>
public enum TransportDefect
{
    None,
    MessagesReachTheirNode,
    MessagesReachNobodyElse,
    EveryTypeArrivesUnchanged,
    LargeMessagesArrive,
    LargeSnapshotChunksArrive,
    DeliveredMemoryIsNeverReused,
    NothingIsReceivedAfterStop,
    StoppedTransportCanBeStartedAgain,
    NothingIsLeftAfterStop,
    QueuesAreBounded,
    SendNeverThrows,
    SendNeverBlocks,
    SendWorksFromManyThreads,
    StopWaitsForReceive,
}

/// <summary>A network that hands the bytes of messages over in the call. It keeps the contract, unless it has a defect.</summary>
internal sealed class BrokenNetwork(TransportDefect defect) : TransportSubject
{
    private readonly byte[] _shared = new byte[64 * 1_024];

    public ConcurrentDictionary<string, BrokenEndpoint> Receivers { get; } = new(StringComparer.Ordinal);

    public override ITransport CreateTransport(RaftMember self) => new BrokenTransport(this, defect);

    /// <summary>What arrives where these bytes were sent.</summary>
    public ReadOnlyMemory<byte> Carry(ReadOnlyMemory<byte> sent)
    {
        bool reuses = defect is TransportDefect.DeliveredMemoryIsNeverReused or TransportDefect.SendWorksFromManyThreads;
        if (!reuses || sent.Length > _shared.Length)
        {
            return sent;
        }

        int half = sent.Length / 2;
        sent[..half].CopyTo(_shared);
        Thread.Sleep(defect == TransportDefect.SendWorksFromManyThreads ? 1 : 0); // time enough for another thread to come in between
        sent[half..].CopyTo(_shared.AsMemory(half));
        ReadOnlyMemory<byte> carried = _shared.AsMemory(0, sent.Length);
        return defect == TransportDefect.SendWorksFromManyThreads ? carried.ToArray() : carried;
    }
}

/// <summary>A receiver, and how many calls of it are under way.</summary>
internal sealed class BrokenEndpoint(IMessageReceiver receiver)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;
    private int _underWay;

    public void Deliver(RaftMessage message)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _underWay++;
        }

        receiver.Receive(message);
        lock (_lock)
        {
            _underWay--;
            if (_closed && _underWay == 0)
            {
                _idle.SetResult();
            }
        }
    }

    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            return _underWay == 0 ? Task.CompletedTask : _idle.Task;
        }
    }
}

internal sealed class BrokenTransport(BrokenNetwork network, TransportDefect defect) : ITransport
{
    private readonly List<ReadOnlyMemory<byte>> _waiting = [];
    private IMessageReceiver? _receiver;
    private BrokenEndpoint? _endpoint;
    private bool _isRunning;

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        _receiver = defect == TransportDefect.StoppedTransportCanBeStartedAgain ? _receiver ?? receiver : receiver;
        _endpoint = new BrokenEndpoint(_receiver);
        network.Receivers[receiver.NodeId.Value] = _endpoint;
        _isRunning = true;
        return ValueTask.CompletedTask;
    }

    public void Send(RaftMember to, RaftMessage message)
    {
        if (!_isRunning || _endpoint is null || (defect == TransportDefect.MessagesReachTheirNode && message.From == "n3" && to.Id == "n1"))
        {
            return;
        }

        ArrayBufferWriter<byte> bytes = new();
        MessageCodec.Write(
            defect == TransportDefect.EveryTypeArrivesUnchanged && message is AppendEntriesReplyMessage
                ? message with { Correlation = 1 }
                : message,
            bytes);
        if (!network.Receivers.TryGetValue(to.Id, out BrokenEndpoint? receiver))
        {
            if (defect == TransportDefect.SendNeverBlocks)
            {
                Thread.Sleep(2_000); // as a connect does
            }

            if (defect == TransportDefect.SendNeverThrows)
            {
                throw new InvalidOperationException($"Who is {to.Id}?");
            }

            if (defect == TransportDefect.QueuesAreBounded)
            {
                _waiting.Add(bytes.WrittenMemory.ToArray()); // until the node comes, if it ever does
            }

            return;
        }

        bool isTooLarge = bytes.WrittenCount >= 65_536
            && (defect == TransportDefect.LargeMessagesArrive
                || (defect == TransportDefect.LargeSnapshotChunksArrive && message is InstallSnapshotMessage));
        if (!isTooLarge)
        {
            Deliver(receiver, bytes.WrittenMemory);
        }

        if (defect == TransportDefect.MessagesReachNobodyElse)
        {
            Deliver(_endpoint, bytes.WrittenMemory);
        }
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _isRunning = false;
        if (_receiver is null || _endpoint is null || defect == TransportDefect.NothingIsReceivedAfterStop)
        {
            return ValueTask.CompletedTask;
        }

        network.Receivers.TryRemove(_receiver.NodeId.Value, out _);
        if (defect == TransportDefect.NothingIsLeftAfterStop)
        {
            RunOn(_receiver);
        }

        Task closed = _endpoint.CloseAsync();
        return defect == TransportDefect.StopWaitsForReceive ? ValueTask.CompletedTask : new ValueTask(closed);
    }

    private static void RunOn(IMessageReceiver receiver)
    {
        // A thread that nobody ends: it waits for what never comes.
        Thread thread = new(() =>
        {
            using ManualResetEventSlim never = new();
            never.Wait();
            GC.KeepAlive(receiver);
        })
        { IsBackground = true };
        thread.Start();
    }

    private void Deliver(BrokenEndpoint receiver, ReadOnlyMemory<byte> bytes)
    {
        if (MessageCodec.TryRead(network.Carry(bytes), out RaftMessage? message))
        {
            receiver.Deliver(message);
        }
    }
}
