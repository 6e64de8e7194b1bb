namespace Raft.Transport.Tcp;

/// <summary>What a frame contains. The values are part of the wire format and never change.</summary>
internal enum FrameKind : byte
{
    /// <summary>A node of the sender: messages from it may follow.</summary>
    Announce = 1,

    /// <summary>No more messages from a node follow.</summary>
    Withdraw = 2,

    /// <summary>The receiver of an announcement refuses the node.</summary>
    RefuseNode = 3,

    /// <summary>Asks for a <see cref="Pong"/>.</summary>
    Ping = 4,

    /// <summary>Answers a <see cref="Ping"/>, with its content.</summary>
    Pong = 5,

    /// <summary>The last frame of a connection, with the reason for its end.</summary>
    Goodbye = 6,

    /// <summary>The sender has messages for a node that the receiver has not announced.</summary>
    Missing = 7,

    /// <summary>The sender has messages for a lane that it cannot open. The receiver may be able to.</summary>
    OpenLane = 8,

    /// <summary>A message without entries and without a part of a snapshot.</summary>
    Message = 16,

    /// <summary>A message with entries, or with a part of a snapshot.</summary>
    MessageWithData = 17,
}
