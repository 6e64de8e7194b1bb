using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Raft;

internal abstract class Context(Socket _socket)
{
    private long _dropped;

    public long Dropped => _dropped;

    protected abstract IPEndPoint EndPointOf(RaftMember member);

// snippet
}
