namespace Raft.Transport.Tcp;

/// <summary>
/// The first exchange on a connection: each side sends its <see cref="Hello"/>, the dialler first, and checks that of the other. A side
/// that does not accept the other's certificate sends a refusal instead.
/// </summary>
internal static class Handshake
{
    /// <summary>Performs it.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="own">What this side sends.</param>
    /// <param name="isDialler">Whether this side has dialled.</param>
    /// <param name="refusal">Why this side refuses the other's certificate; null if it does not.</param>
    /// <returns>What the other side has sent, and the version that both speak.</returns>
    /// <exception cref="PeerException">One side refuses, or the bytes are not a handshake.</exception>
    public static async ValueTask<(Hello Remote, byte Version)> PerformAsync(
        IConnectionStream stream, Hello own, bool isDialler, string? refusal)
    {
        Hello sent = refusal is null ? own : Hello.Refuse(own.Versions, RefusalCode.Certificate, refusal);
        if (isDialler)
        {
            await WriteAsync(stream, sent).ConfigureAwait(false);
        }

        Hello remote;
        try
        {
            remote = await ReadAsync(stream).ConfigureAwait(false);
        }
        catch (PeerException) when (refusal is not null)
        {
            throw Refuses(refusal);
        }

        if (!isDialler)
        {
            await WriteAsync(stream, sent).ConfigureAwait(false);
        }

        if (refusal is not null)
        {
            throw Refuses(refusal);
        }

        if (remote.Refusal != RefusalCode.None)
        {
            throw new PeerException(ProblemOf(remote.Refusal), $"it refuses this process: {remote.Reason}");
        }

        return own.Versions.Agree(remote.Versions) is { } version
            ? (remote, version)
            : throw new PeerException(
                PeerProblemKind.IncompatibleVersion,
                $"it speaks version {remote.Versions} of the protocol, and this process {own.Versions}: upgrade the older of the two");
    }

    /// <summary>The problem that a code of the other side means.</summary>
    public static PeerProblemKind ProblemOf(RefusalCode code) => code switch
    {
        RefusalCode.Stopping => PeerProblemKind.Stopping,
        RefusalCode.Replaced => PeerProblemKind.Replaced,
        RefusalCode.Certificate => PeerProblemKind.Certificate,
        RefusalCode.NotAuthorized => PeerProblemKind.NotAuthorized,
        RefusalCode.Duplicate => PeerProblemKind.Duplicate,
        RefusalCode.Protocol => PeerProblemKind.Protocol,
        _ => PeerProblemKind.Refused,
    };

    private static PeerException Refuses(string refusal) => new(PeerProblemKind.Certificate, $"this process refuses it: {refusal}");

    private static ValueTask WriteAsync(IConnectionStream stream, Hello hello) =>
        stream.WriteAsync([new ArraySegment<byte>(hello.Encode())]);

    private static async ValueTask<Hello> ReadAsync(IConnectionStream stream)
    {
        byte[] head = new byte[Hello.HeadSize];
        await FillAsync(stream, head).ConfigureAwait(false);
        try
        {
            byte[] bytes = new byte[Hello.HeadSize + Hello.ReadHead(head)];
            head.CopyTo(bytes, 0);
            await FillAsync(stream, bytes.AsMemory(Hello.HeadSize)).ConfigureAwait(false);
            return Hello.Decode(bytes);
        }
        catch (FrameException exception)
        {
            throw new PeerException(PeerProblemKind.NotThisProtocol, exception.Message, exception);
        }
    }

    private static async ValueTask FillAsync(IConnectionStream stream, Memory<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int read = await stream.ReadAsync(buffer).ConfigureAwait(false);
            if (read == 0)
            {
                throw new PeerException(
                    PeerProblemKind.NotThisProtocol,
                    "it closed the connection during the handshake: look into its log; if one side uses TLS, both must");
            }

            buffer = buffer[read..];
        }
    }
}
