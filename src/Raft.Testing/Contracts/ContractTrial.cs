using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>One check of one clause: notes down what is done, waits as the subject wants it, and says what is broken.</summary>
internal abstract class ContractTrial(string contract, ContractClause clause, ContractSubject subject)
{
    private const int StepsShown = 12;

    private readonly List<string> _done = [];

    /// <summary>Notes down a step, for the message.</summary>
    public void Note(string step) => _done.Add(step);

    /// <summary>Fails the trial unless a condition holds.</summary>
    public void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] RequireText seen)
    {
        if (!holds)
        {
            throw Broken(seen.ToString());
        }
    }

    /// <summary>Makes the exception that says what was done and seen.</summary>
    public ContractBrokenException Broken(string seen, Exception? cause = null)
    {
        int left = Math.Max(0, _done.Count - StepsShown);
        string done = string.Join("; ", _done.Skip(left));
        return new ContractBrokenException(contract, clause, left == 0 ? done : $"{left} steps before; {done}", seen, cause);
    }

    /// <summary>Runs the clause. What the implementation throws at once, rather than through its task, breaks it as well.</summary>
    public async Task RunAsync(Func<Task> check)
    {
        try
        {
            await check().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not ContractBrokenException)
        {
            throw Broken($"{exception.GetType().Name} was thrown: {exception.Message}", exception);
        }
    }

    /// <summary>Makes a call and waits for its end, which must come and be good.</summary>
    public async Task CallAsync(string step, Func<Task> call)
    {
        Note(step);
        try
        {
            await subject.WaitForAsync(call()).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw Broken($"It did not end in time: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not ContractBrokenException)
        {
            throw Broken($"It threw {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Makes a call and waits for its result, which must come and be good.</summary>
    public async Task<T> CallAsync<T>(string step, Func<ValueTask<T>> call)
    {
        Task<T>? task = null;
        await CallAsync(step, () => task = call().AsTask()).ConfigureAwait(false);
        return await task!.ConfigureAwait(false);
    }

    /// <summary>Makes a call and waits for its end, which must come.</summary>
    /// <returns>What it threw; null if it was good.</returns>
    public async Task<Exception?> CatchAsync(string step, Func<Task> call)
    {
        Note(step);
        try
        {
            await subject.WaitForAsync(call()).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException exception)
        {
            throw Broken($"It did not end in time: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not ContractBrokenException)
        {
            return exception;
        }
    }
}
