using System.Globalization;
using System.Reflection;

namespace Raft.Testing;

/// <summary>What another process is asked to do: make a machine, restore it if there is a snapshot, and apply the rest of a log.</summary>
/// <param name="Create">Makes the machine.</param>
/// <param name="Digest">Describes its state; null for nothing.</param>
/// <param name="Log">The whole log.</param>
/// <param name="Snapshot">The snapshot to begin with; null for none.</param>
/// <param name="LastIncludedIndex">The index of the snapshot; 0 without one.</param>
internal sealed record MachineTask(Delegate Create, Delegate? Digest, IReadOnlyList<LogEntry> Log, byte[]? Snapshot, long LastIncludedIndex)
{
    private static readonly ContractClause InAnotherProcess = new("InAnotherProcess", "A machine does the same in every process.");

    /// <summary>Writes the task.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="culture">The culture that the process is to have; empty for the one that it has.</param>
    /// <exception cref="CannotAskException">A delegate cannot be passed.</exception>
    public void Write(BinaryWriter writer, string culture)
    {
        writer.Write(culture);
        Passing.Write(writer, "create", Create);
        Passing.Write(writer, "digest", Digest);
        writer.Write(Log.Count);
        foreach (LogEntry entry in Log)
        {
            writer.Write(entry.Term);
            writer.Write((int)entry.Kind);
            writer.Write(entry.Time.UtcTicks);
            writer.Write(entry.Data.Length);
            writer.Write(entry.Data.Span);
        }

        writer.Write(Snapshot is not null);
        writer.Write(Snapshot?.Length ?? 0);
        writer.Write(Snapshot ?? []);
        writer.Write(LastIncludedIndex);
    }

    /// <summary>Reads a task in the process that is to do it, and takes over the culture.</summary>
    public static MachineTask Read(BinaryReader reader)
    {
        if (reader.ReadString() is { Length: > 0 } culture)
        {
            CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = OtherCultures.Find(culture);
        }

        Delegate create = Passing.Read(reader)!;
        Delegate? digest = Passing.Read(reader);
        LogEntry[] log = new LogEntry[reader.ReadInt32()];
        for (int i = 0; i < log.Length; i++)
        {
            long term = reader.ReadInt64();
            EntryKind kind = (EntryKind)reader.ReadInt32();
            DateTimeOffset time = new(reader.ReadInt64(), TimeSpan.Zero);
            log[i] = new LogEntry(term, kind, reader.ReadBytes(reader.ReadInt32()), time);
        }

        bool hasSnapshot = reader.ReadBoolean();
        byte[] snapshot = reader.ReadBytes(reader.ReadInt32());
        return new MachineTask(create, digest, log, hasSnapshot ? snapshot : null, reader.ReadInt64());
    }

    /// <summary>Does it, in this process.</summary>
    public async Task<MachineAnswers> RunAsync()
    {
        try
        {
            StateMachineTrial trial = new("StateMachineContract", InAnotherProcess, Log);
            IStateMachine machine = (IStateMachine)Invoke(Create)!;
            if (Snapshot is not null)
            {
                await trial.RestoreAsync(machine, Snapshot, LastIncludedIndex).ConfigureAwait(false);
            }

            AppliedCommands applied = await trial.ApplyAsync(machine, BatchSizes.Random(15), LastIncludedIndex + 1, Log.Count)
                .ConfigureAwait(false);
            return trial.Describe(applied, LastIncludedIndex + 1, Digest is null ? null : (string?)Invoke(Digest, machine));
        }
        // The answer says so: the machine is the user's, and may throw anything.
        catch (Exception exception)
        {
            Exception cause = exception.InnerException ?? exception;
            return new MachineAnswers(new SortedDictionary<long, string>(), null, $"{cause.GetType().Name}: {cause.Message}");
        }
    }

    private static object? Invoke(Delegate call, params object?[] arguments)
    {
        try
        {
            return call.DynamicInvoke(arguments);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            throw exception.InnerException;
        }
    }
}
