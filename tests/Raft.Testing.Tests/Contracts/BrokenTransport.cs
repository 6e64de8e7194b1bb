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
    DeliveredMemoryIsNeverReused,
    NothingIsReceivedAfterStop,
    StoppedTransportCanBeStartedAgain,
    SendNeverThrows,
    SendNeverBlocks,
    SendWorksFromManyThreads,
}

/// <summary>A network that hands the bytes of messages over in the call. It keeps the contract, unless it has a defect.</summary>
internal sealed class BrokenNetwork(TransportDefect defect) : TransportSubject
{
    private readonly byte[] _shared = new byte[64 * 1_024];

    public ConcurrentDictionary<string, IMessageReceiver> Receivers { get; } = new(StringComparer.Ordinal);

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

internal sealed class BrokenTransport(BrokenNetwork network, TransportDefect defect) : ITransport
{
    private IMessageReceiver? _receiver;
    private bool _isRunning;

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        _receiver = defect == TransportDefect.StoppedTransportCanBeStartedAgain ? _receiver ?? receiver : receiver;
        network.Receivers[receiver.NodeId.Value] = _receiver;
        _isRunning = true;
        return ValueTask.CompletedTask;
    }

    public void Send(RaftMember to, RaftMessage message)
    {
        if (!_isRunning || _receiver is null || (defect == TransportDefect.MessagesReachTheirNode && message.From == "n3" && to.Id == "n1"))
        {
            return;
        }

        ArrayBufferWriter<byte> bytes = new();
        MessageCodec.Write(
            defect == TransportDefect.EveryTypeArrivesUnchanged && message is AppendEntriesReplyMessage
                ? message with { Correlation = 1 }
                : message,
            bytes);
        if (!network.Receivers.TryGetValue(to.Id, out IMessageReceiver? receiver))
        {
            if (defect == TransportDefect.SendNeverBlocks)
            {
                Thread.Sleep(2_000); // as a connect does
            }

            if (defect == TransportDefect.SendNeverThrows)
            {
                throw new InvalidOperationException($"Who is {to.Id}?");
            }

            return;
        }

        if (defect != TransportDefect.LargeMessagesArrive || bytes.WrittenCount < 65_536)
        {
            Deliver(receiver, bytes.WrittenMemory);
        }

        if (defect == TransportDefect.MessagesReachNobodyElse)
        {
            Deliver(_receiver, bytes.WrittenMemory);
        }
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _isRunning = false;
        if (_receiver is not null && defect != TransportDefect.NothingIsReceivedAfterStop)
        {
            network.Receivers.TryRemove(_receiver.NodeId.Value, out _);
        }

        return ValueTask.CompletedTask;
    }

    private void Deliver(IMessageReceiver receiver, ReadOnlyMemory<byte> bytes)
    {
        if (MessageCodec.TryRead(network.Carry(bytes), out RaftMessage? message))
        {
            receiver.Receive(message);
        }
    }
}
