using System.Text;

namespace Raft.Storage.Files;

/// <summary>The fields of a hard state within a group.</summary>
internal static class HardStateFields
{
    private const byte HasVote = 1;
    private const byte HasIdentity = 2;
    private const byte IsJoining = 4;
    private const byte HasJoinIndex = 8;

    /// <summary>The largest number of bytes that a hard state takes.</summary>
    public static int Measure(in HardState hardState) =>
        sizeof(long) + 1 + sizeof(int) + Encoding.UTF8.GetMaxByteCount(hardState.VotedFor?.Value.Length ?? 0)
        + 16 + sizeof(int) + sizeof(long);

    public static void Write(ref FieldWriter writer, in HardState hardState)
    {
        writer.WriteInt64(hardState.Term);
        writer.WriteByte((byte)(
            (hardState.VotedFor is null ? 0 : HasVote)
            | (hardState.Identity is null ? 0 : HasIdentity)
            | (hardState.Join is null ? 0 : IsJoining)
            | (hardState.Join?.CommitIndex is null ? 0 : HasJoinIndex)));
        if (hardState.VotedFor is { } vote)
        {
            writer.WriteBytes(Encoding.UTF8.GetBytes(vote.Value));
        }

        if (hardState.Identity is { } identity)
        {
            writer.WriteUInt128(identity.Hash);
            writer.WriteInt32(identity.Generation);
        }

        if (hardState.Join?.CommitIndex is { } index)
        {
            writer.WriteInt64(index);
        }
    }

    public static HardState Read(ref FieldReader reader)
    {
        long term = reader.ReadInt64();
        byte flags = reader.ReadByte();
        NodeId? vote = (flags & HasVote) == 0 ? default(NodeId?) : new NodeId(reader.ReadString());
        ClusterIdentity? identity = (flags & HasIdentity) == 0 ? null : new ClusterIdentity(reader.ReadUInt128(), reader.ReadInt32());
        JoinState? join = (flags & IsJoining) == 0 ? null : new JoinState((flags & HasJoinIndex) == 0 ? (long?)null : reader.ReadInt64());
        return new HardState(term, vote) { Identity = identity, Join = join };
    }
}
