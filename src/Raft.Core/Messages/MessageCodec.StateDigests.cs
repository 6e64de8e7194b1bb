namespace Raft;

/// <content>The messages that compare the states of members.</content>
public static partial class MessageCodec
{
    private const int DigestSize = 16;
    private const int SmallestSide = 12;
    private const byte DivergenceFlag = 1;
    private const byte MajorityFlag = 2;

    private static StateDigestMessage ReadStateDigest(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        AgreedIndex = reader.ReadInt64("agreed index"),
        Digests = ReadDigests(ref reader),
    };

    private static StateDigestReplyMessage ReadStateDigestReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        ReceivedIndex = reader.ReadInt64("received index"),
        AgreedIndex = reader.ReadInt64("agreed index"),
        Divergence = ReadDivergence(ref reader, in envelope),
    };

    private static IndexedDigest[] ReadDigests(ref MessageReader reader)
    {
        int start = reader.Position;
        int count = reader.ReadCount(DigestSize, "number of digests");
        if (count > StateDigestMessage.MostDigests)
        {
            reader.Fail(start, $"the number of digests is {count}, more than {StateDigestMessage.MostDigests}");
            return [];
        }

        IndexedDigest[] digests = new IndexedDigest[count];
        for (int i = 0; i < digests.Length && !reader.Failed; i++)
        {
            digests[i] = new IndexedDigest(reader.ReadInt64("index of a digest"), reader.ReadUInt64("digest"));
        }

        return digests;
    }

    private static StateDivergence? ReadDivergence(ref MessageReader reader, in Envelope envelope)
    {
        if (!envelope.Has(DivergenceFlag))
        {
            if (envelope.Has(MajorityFlag))
            {
                reader.Fail(reader.Position, "it has a majority, but no difference");
            }

            return null;
        }

        return new StateDivergence
        {
            HasMajority = envelope.Has(MajorityFlag),
            AgreedIndex = reader.ReadInt64("last index of the same states"),
            DifferingIndex = reader.ReadInt64("first index of different states"),
            Sides = ReadSides(ref reader),
        };
    }

    private static StateDivergenceSide[] ReadSides(ref MessageReader reader)
    {
        int start = reader.Position;
        int count = reader.ReadCount(SmallestSide, "number of different states");
        if (count > StateDigestReplyMessage.MostSides)
        {
            reader.Fail(start, $"the number of different states is {count}, more than {StateDigestReplyMessage.MostSides}");
            return [];
        }

        StateDivergenceSide[] sides = new StateDivergenceSide[count];
        for (int i = 0; i < sides.Length && !reader.Failed; i++)
        {
            sides[i] = new StateDivergenceSide(reader.ReadUInt64("digest"), ReadMembers(ref reader));
        }

        return sides;
    }

    private static int MeasureStateDigest(StateDigestMessage report)
    {
        RequireNotNegative(report.AgreedIndex, "agreed index");
        Require(
            report.Digests.Count <= StateDigestMessage.MostDigests,
            $"The message has {report.Digests.Count} digests, more than {StateDigestMessage.MostDigests}.");
        for (int i = 0; i < report.Digests.Count; i++)
        {
            RequireNotNegative(report.Digests[i].Index, "index of a digest");
        }

        return sizeof(long) + sizeof(uint) + (report.Digests.Count * DigestSize);
    }

    private static int MeasureStateDigestReply(StateDigestReplyMessage reply)
    {
        RequireNotNegative(reply.ReceivedIndex, "received index");
        RequireNotNegative(reply.AgreedIndex, "agreed index");
        int size = 2 * sizeof(long);
        if (reply.Divergence is not { } divergence)
        {
            return size;
        }

        RequireNotNegative(divergence.AgreedIndex, "last index of the same states");
        RequireNotNegative(divergence.DifferingIndex, "first index of different states");
        Require(
            divergence.Sides.Count <= StateDigestReplyMessage.MostSides,
            $"The message has {divergence.Sides.Count} different states, more than {StateDigestReplyMessage.MostSides}.");
        size += (2 * sizeof(long)) + sizeof(uint);
        foreach (StateDivergenceSide side in divergence.Sides)
        {
            size += sizeof(ulong) + MeasureMembers(side.Nodes);
        }

        return size;
    }

    private static void WriteStateDigest(ref MessageWriter writer, StateDigestMessage report)
    {
        writer.WriteInt64(report.AgreedIndex);
        writer.WriteCount(report.Digests.Count);
        for (int i = 0; i < report.Digests.Count; i++)
        {
            writer.WriteInt64(report.Digests[i].Index);
            writer.WriteUInt64(report.Digests[i].Digest);
        }
    }

    private static void WriteStateDigestReply(ref MessageWriter writer, StateDigestReplyMessage reply)
    {
        writer.WriteInt64(reply.ReceivedIndex);
        writer.WriteInt64(reply.AgreedIndex);
        if (reply.Divergence is { } divergence)
        {
            writer.WriteInt64(divergence.AgreedIndex);
            writer.WriteInt64(divergence.DifferingIndex);
            writer.WriteCount(divergence.Sides.Count);
            foreach (StateDivergenceSide side in divergence.Sides)
            {
                writer.WriteUInt64(side.Digest);
                WriteMembers(ref writer, side.Nodes);
            }
        }
    }
}
