using System.Runtime.CompilerServices;

namespace Raft.Testing;

// What differs between nodes: their code must not ask for it, and their answers must not depend on it.
public sealed partial class StateMachineContract<TMachine>
{
    private const int InstancesAtATime = 8;
    private const int CallsShown = 5;

    /// <summary>
    /// Whether other processes are started, for the clauses that begin with "OtherProcesses". Default true. Set it to false if a
    /// machine cannot be made in another process; the clauses are left out then.
    /// </summary>
    /// <remarks>
    /// The other process is the program under test again, usually the tests: .NET calls this library before its Main, which never runs.
    /// It gets the functions that make and describe a machine, with the values that they have captured, and the same commands. It ends
    /// after at most a minute.
    /// </remarks>
    public bool StartsProcesses { get; init; } = true;

    /// <summary>
    /// Calls that <see cref="CodeCallsNothingThatDiffers"/> accepts, for example because they only measure. Each is named as the
    /// message of the clause names it: what is called, such as "Stopwatch.GetTimestamp", or who calls it, such as "Account.Measure".
    /// Default: none.
    /// </summary>
    public IReadOnlyCollection<string> AllowedCalls { get; init; } = [];

    /// <summary>
    /// The code of the machine calls nothing that differs between nodes or runs: clocks, chance, the environment, the culture, hash
    /// codes, threads, timers, and the network.
    /// </summary>
    /// <remarks>
    /// It reads the compiled code: the constructors and the members that a node calls, with all that they call in the assembly of the
    /// machine and in other projects of the program. It does not see what packages and .NET do inside a call, nor calls through
    /// reflection. It reads at most 2,000 combinations of type arguments of a generic method: if there are more, the clause fails and
    /// names the method. The clause is left out in a program that was compiled ahead of time.
    /// </remarks>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CodeCallsNothingThatDiffers() => Check(nameof(CodeCallsNothingThatDiffers), trial =>
    {
        Type machine = _create().GetType();
        trial.Note($"read the code of {machine.Name}");
        string[] found = [.. MachineCode.Search(machine)
            .Where(call => !AllowedCalls.Contains(call.CalledName) && !AllowedCalls.Contains(call.Caller))
            .Select(static call => call.ToString()).Distinct(StringComparer.Ordinal)];
        string more = found.Length > CallsShown ? $"{Environment.NewLine}  and {found.Length - CallsShown} more" : "";
        string list = string.Join("", found.Take(CallsShown).Select(static call => $"{Environment.NewLine}  {call}"));
        trial.Require(found.Length == 0, $"{list}{more}");
        return Task.CompletedTask;
    });

    /// <summary>Instances that run at the same time, on several threads, give the same results and reach the same state.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task InstancesAtTheSameTimeDoNotMatter() => Check(nameof(InstancesAtTheSameTimeDoNotMatter), async trial =>
    {
        TMachine alone = _create();
        AppliedCommands expected = await trial.ApplyAsync(alone, BatchSizes.Fixed(1)).ConfigureAwait(false);
        TMachine[] machines = [.. Enumerable.Range(0, InstancesAtATime).Select(_ => _create())];
        trial.Note($"applied the same to {InstancesAtATime} machines at the same time");
        using Barrier start = new(InstancesAtATime);
        AppliedCommands[] actual = await Task.WhenAll(machines.Select(machine => RunOnThreadAsync(() =>
        {
            start.SignalAndWait();
            return trial.ApplyAsync(machine, BatchSizes.Fixed(1));
        }))).ConfigureAwait(false);
        for (int i = 0; i < machines.Length; i++)
        {
            RequireSame(trial, expected, actual[i], alone, machines[i]);
        }
    });

    /// <summary>
    /// Other processes, with another time zone, culture, working directory, user, processor and other hash codes, give the same results
    /// and reach the same state.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    /// <exception cref="InvalidOperationException">
    /// No other process can make such a machine. The message says why; <see cref="StartsProcesses"/> leaves the clause out.
    /// </exception>
    public Task OtherProcessesDoNotMatter() => Check(nameof(OtherProcessesDoNotMatter), async trial =>
    {
        TMachine machine = _create();
        AppliedCommands applied = await trial.ApplyAsync(machine, BatchSizes.Random(15)).ConfigureAwait(false);
        MachineTask task = new(_create, _digest, trial.Log, Snapshot: null, LastIncludedIndex: 0);
        await CompareWithProcessesAsync(trial, task, trial.Describe(applied, 1, task.DescribeState(machine))).ConfigureAwait(false);
    });

    /// <summary>
    /// Other processes restore a snapshot of this one, and continue with the same results and the same state. For machines that capture
    /// their state.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    /// <exception cref="InvalidOperationException">
    /// No other process can make such a machine. The message says why; <see cref="StartsProcesses"/> leaves the clause out.
    /// </exception>
    public Task OtherProcessesContinueFromASnapshot() => Check(nameof(OtherProcessesContinueFromASnapshot), async trial =>
    {
        TMachine machine = _create();
        long middle = trial.CommandIndexes.ElementAt(Commands / 2);
        await trial.ApplyAsync(machine, BatchSizes.Random(11), 1, middle).ConfigureAwait(false);
        using ISnapshotCapture capture = trial.Capture(machine);
        byte[] snapshot = await trial.WriteAsync(capture).ConfigureAwait(false);
        AppliedCommands applied = await trial.ApplyAsync(machine, BatchSizes.Random(15), middle + 1, long.MaxValue).ConfigureAwait(false);
        MachineTask task = new(_create, _digest, trial.Log, snapshot, middle);
        MachineAnswers here = trial.Describe(applied, middle + 1, task.DescribeState(machine));
        await CompareWithProcessesAsync(trial, task, here).ConfigureAwait(false);
    });

    private protected override bool Applies(string clause) =>
        StartsProcesses || !clause.StartsWith("OtherProcesses", StringComparison.Ordinal);

    private void AddSurroundings()
    {
        Add(InstancesAtTheSameTimeDoNotMatter, "Instances that run at the same time, on several threads, give the same results.");
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return;
        }

        Add(CodeCallsNothingThatDiffers, "The code of the machine calls nothing that differs between nodes or runs.");
        Add(OtherProcessesDoNotMatter, "Other processes, with other surroundings and other hash codes, give the same results.");
    }

    private void AddOfRestored()
    {
        Add(RestoredMachineKeepsItsComparers, "The collections of a restored machine compare their keys as those of the captured one do.");
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            Add(OtherProcessesContinueFromASnapshot, "Other processes restore a snapshot of this one, and continue with the same results.");
        }
    }

    /// <summary>Runs something on a thread of its own. The pool may have fewer threads than have to run at the same time.</summary>
    private static Task<T> RunOnThreadAsync<T>(Func<Task<T>> run) => Task.Factory.StartNew(
        () => run().GetAwaiter().GetResult(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task CompareWithProcessesAsync(StateMachineTrial trial, MachineTask task, MachineAnswers here)
    {
        trial.Note("did the same in two other processes");
        MachineAnswers[] answers = await Task.WhenAll(Surroundings.Others.Select(each => AskAsync(task, each))).ConfigureAwait(false);
        if (Array.Exists(answers, static each => !each.IsCreated))
        {
            await RequireCreationAsync(task).ConfigureAwait(false);
        }

        for (int i = 0; i < answers.Length; i++)
        {
            if (here.FindDifference(answers[i], trial.DescribeCommand) is { } difference)
            {
                string cause = await FindCauseAsync(trial, task, here).ConfigureAwait(false);
                throw trial.Broken($"{difference}. There: {Surroundings.Others[i].Name}. {cause}");
            }
        }
    }

    /// <summary>
    /// If no process can make the machine, not even one with the same surroundings, then the machine is not at fault: something is missing.
    /// </summary>
    private static async Task RequireCreationAsync(MachineTask task)
    {
        MachineAnswers same = await AskAsync(task, Surroundings.Same).ConfigureAwait(false);
        if (!same.IsCreated)
        {
            throw Unavailable(
                $"'create' threw there: {same.Failure?.TrimEnd('.')}. The Main of the program and the fixtures of the tests do not run "
                    + "there, so let 'create' set up what it needs");
        }
    }

    /// <summary>Repeats the task with one difference at a time.</summary>
    private static async Task<string> FindCauseAsync(StateMachineTrial trial, MachineTask task, MachineAnswers here)
    {
        MachineAnswers same = await AskAsync(task, Surroundings.Same).ConfigureAwait(false);
        if (here.FindDifference(same, trial.DescribeCommand) is not null)
        {
            return "A process with the same surroundings differs as well: look for hash codes, ids of processes and threads, the clock, "
                + "random values and static state.";
        }

        MachineAnswers[] answers = await Task.WhenAll(Surroundings.Single.Select(each => AskAsync(task, each))).ConfigureAwait(false);
        string[] causes = [.. Surroundings.Single
            .Where((_, i) => here.FindDifference(answers[i], trial.DescribeCommand) is not null).Select(static each => each.Name)];
        return causes.Length == 0 ? "None of these differences suffices alone." : $"It suffices to change {string.Join(", or ", causes)}.";
    }

    private static async Task<MachineAnswers> AskAsync(MachineTask task, Surroundings surroundings)
    {
        try
        {
            return await MachineProcess.AskAsync(task, surroundings).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OtherProcessException or System.ComponentModel.Win32Exception or IOException)
        {
            throw Unavailable(
                $"{exception.Message.TrimEnd('.')}. Let 'create' and 'digest' capture nothing but values and text", exception);
        }
    }

    private static OtherProcessException Unavailable(string why, Exception? cause = null) => new(
        $"The state machine cannot be tried in another process. {why}, or set {nameof(StartsProcesses)} to false to leave these clauses "
            + "out.",
        cause);
}
