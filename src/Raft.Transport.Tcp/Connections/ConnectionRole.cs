namespace Raft.Transport.Tcp;

/// <summary>Which side of a connection this process is.</summary>
internal enum ConnectionRole
{
    Dialler,
    Acceptor,
}
