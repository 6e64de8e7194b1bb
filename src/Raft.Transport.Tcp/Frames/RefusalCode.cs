namespace Raft.Transport.Tcp;

/// <summary>
/// Why a process refuses a connection or a node, or ends a connection. The values are part of the wire format and never change; a reader
/// accepts values that it does not know.
/// </summary>
internal enum RefusalCode : byte
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>The process, or its last node, stops.</summary>
    Stopping = 1,

    /// <summary>The same process has dialled again.</summary>
    Replaced = 2,

    /// <summary>The certificate is missing, has expired, or is not trusted.</summary>
    Certificate = 3,

    /// <summary>The certificate does not speak for the node.</summary>
    NotAuthorized = 4,

    /// <summary>Another process has the node.</summary>
    Duplicate = 5,

    /// <summary>The other side has broken the protocol.</summary>
    Protocol = 6,
}
