namespace Raft;

/// <content>The messages that compare the setups of members.</content>
public static partial class MessageCodec
{
    private const int MostSetupValues = 64;
    private const int SmallestSetupValue = 4;
    private const int LongestSetupText = 256; // in bytes
    private const byte ListsReceiverFlag = 1;
    private const byte SetupLeaderFlag = 2;

    private static SetupRequestMessage ReadSetupRequest(in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
    };

    private static SetupReplyMessage ReadSetupReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        ListsReceiver = envelope.Has(ListsReceiverFlag),
        Leader = envelope.Has(SetupLeaderFlag) ? reader.ReadNodeId("leader's id") : (NodeId?)null,
        Values = ReadSetupValues(ref reader),
    };

    private static SetupValue[] ReadSetupValues(ref MessageReader reader)
    {
        int start = reader.Position;
        int count = reader.ReadCount(SmallestSetupValue, "number of options");
        if (count > MostSetupValues)
        {
            reader.Fail(start, $"the number of options is {count}, more than {MostSetupValues}");
            return [];
        }

        SetupValue[] values = new SetupValue[count];
        for (int i = 0; i < values.Length && !reader.Failed; i++)
        {
            values[i] = new SetupValue(ReadSetupText(ref reader, "name of an option"), ReadSetupText(ref reader, "value of an option"));
        }

        return values;
    }

    private static string ReadSetupText(ref MessageReader reader, string what)
    {
        if (reader.TryPeekString(out ReadOnlySpan<byte> utf8) && utf8.Length > LongestSetupText)
        {
            reader.Fail(reader.Position, $"the {what} has {utf8.Length} bytes, more than {LongestSetupText}");
        }

        return reader.ReadString(what);
    }

    private static int MeasureSetup(SetupReplyMessage reply)
    {
        Require(reply.Leader != default(NodeId), "The leader's id is not set.");
        Require(reply.Values.Count <= MostSetupValues, $"The message has {reply.Values.Count} options, more than {MostSetupValues}.");
        int size = sizeof(uint) + (reply.Leader is { } leader ? MessageWriter.Measure(leader.Value, "leader's id") : 0);
        foreach (SetupValue value in reply.Values)
        {
            size += MeasureSetupText(value.Name, "name of an option") + MeasureSetupText(value.Value, "value of an option");
        }

        return size;
    }

    private static int MeasureSetupText(string text, string what)
    {
        Require(text is not null, $"The {what} is not set.");
        int size = MessageWriter.Measure(text!, what);
        Require(size <= sizeof(ushort) + LongestSetupText, $"The {what} has more than {LongestSetupText} bytes.");
        return size;
    }

    private static void WriteSetup(ref MessageWriter writer, SetupReplyMessage reply)
    {
        if (reply.Leader is { } leader)
        {
            writer.WriteString(leader.Value);
        }

        writer.WriteCount(reply.Values.Count);
        foreach (SetupValue value in reply.Values)
        {
            writer.WriteString(value.Name);
            writer.WriteString(value.Value);
        }
    }
}
