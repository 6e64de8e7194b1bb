using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;

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
    /// <param name="culture">The name of the culture that the process is to have; empty for the invariant one.</param>
    /// <exception cref="OtherProcessException">A delegate cannot be passed.</exception>
    public void Write(BinaryWriter writer, string culture)
    {
        writer.Write(culture);
        DelegateSerializer.Write(writer, "create", Create);
        DelegateSerializer.Write(writer, "digest", Digest);
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

    /// <summary>Reads a task in the process that is to do it.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="culture">The name of the culture that the process is to have.</param>
    public static MachineTask Read(BinaryReader reader, out string culture)
    {
        culture = reader.ReadString();
        Delegate create = DelegateSerializer.Read(reader)!;
        Delegate? digest = DelegateSerializer.Read(reader);
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

    /// <summary>
    /// Describes the state of a machine. The digest is part of the test and not of what is tested, so it has the same culture everywhere.
    /// </summary>
    public string? DescribeState(IStateMachine machine)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return Digest is null ? null : (string?)Invoke(Digest, machine);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Does it, in this process.</summary>
    public async Task<MachineAnswers> RunAsync()
    {
        IStateMachine machine;
        try
        {
            machine = (IStateMachine)Invoke(Create)!;
        }
        // The machine is the user's, and may throw anything. It may also need what only Main or a fixture sets up.
        catch (Exception exception)
        {
            return MachineAnswers.OfFailure(exception, isCreated: false);
        }

        try
        {
            StateMachineTrial trial = new("StateMachineContract", InAnotherProcess, Log);
            if (Snapshot is not null)
            {
                await trial.RestoreAsync(machine, Snapshot, LastIncludedIndex).ConfigureAwait(false);
            }

            AppliedCommands applied = await trial.ApplyAsync(machine, BatchSizes.Random(15), LastIncludedIndex + 1, Log.Count)
                .ConfigureAwait(false);
            return trial.Describe(applied, LastIncludedIndex + 1, DescribeState(machine));
        }
        // The answer says so: the machine is the user's, and may throw anything.
        catch (Exception exception)
        {
            return MachineAnswers.OfFailure(exception, isCreated: true);
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
            ExceptionDispatchInfo.Throw(exception.InnerException);
            throw;
        }
    }
}
