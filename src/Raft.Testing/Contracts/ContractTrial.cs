using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Raft.Testing;

/// <summary>One check of one clause: notes down what is done, waits as the subject wants it, and says what is broken.</summary>
internal abstract partial class ContractTrial(string contract, ContractClause clause, ContractSubject subject)
{
    private const int StepsShown = 5;

    private readonly Lock _lock = new();
    private readonly List<string> _done = [];

    /// <summary>Notes down a step, for the message. May be called from any thread.</summary>
    public void Note(string step)
    {
        lock (_lock)
        {
            _done.Add(step);
        }
    }

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
        int left;
        string done;
        lock (_lock)
        {
            left = Math.Max(0, _done.Count - StepsShown);
            done = string.Join("; ", _done.Skip(left));
        }

        return new ContractBrokenException(contract, clause, left == 0 ? done : $"{left} steps before; {done}", seen, cause);
    }

    /// <summary>Runs the clause. What the implementation throws at once, rather than through its task, breaks it as well.</summary>
    public async Task RunAsync(Func<Task> check)
    {
        try
        {
            await check().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (ContractBrokenException or OtherProcessException))
        {
            throw Broken($"{exception.GetType().Name} was thrown: {exception.Message}", exception);
        }
    }

    /// <summary>Makes a call and waits for its end, which must come and be good.</summary>
    /// <param name="step">What is done, for the message.</param>
    /// <param name="call">The call.</param>
    /// <param name="code">The code of the call, which the compiler fills in: the message names the method in it.</param>
    public async Task CallAsync(string step, Func<Task> call, [CallerArgumentExpression(nameof(call))] string code = "")
    {
        Note(step);
        try
        {
            await subject.WaitForAsync(call()).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw Late(code, exception);
        }
        catch (Exception exception) when (exception is not ContractBrokenException)
        {
            throw Broken($"{NameOf(code)} threw {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Makes a call and waits for its result, which must come and be good.</summary>
    public async Task<T> CallAsync<T>(string step, Func<ValueTask<T>> call, [CallerArgumentExpression(nameof(call))] string code = "")
    {
        Task<T>? task = null;
        await CallAsync(step, () => task = call().AsTask(), code).ConfigureAwait(false);
        return await task!.ConfigureAwait(false);
    }

    /// <summary>Makes a call and waits for its end, which must come.</summary>
    /// <returns>What it threw; null if it was good.</returns>
    public async Task<Exception?> CatchAsync(string step, Func<Task> call, [CallerArgumentExpression(nameof(call))] string code = "")
    {
        Note(step);
        try
        {
            await subject.WaitForAsync(call()).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException exception)
        {
            throw Late(code, exception);
        }
        catch (Exception exception) when (exception is not ContractBrokenException)
        {
            return exception;
        }
    }

    private ContractBrokenException Late(string code, TimeoutException exception) => Broken(
        string.Create(CultureInfo.InvariantCulture, $"{NameOf(code)} did not end within {subject.Limit.TotalSeconds:0.###} s."), exception);

    /// <summary>The name of the call in a piece of code: the last method before the arguments that returns a task.</summary>
    private static string NameOf(string code) =>
        CalledMethod().Match(code) is { Success: true } match ? match.Groups[1].Value : "It";

    [GeneratedRegex(@"\.(\w+Async)\(")]
    private static partial Regex CalledMethod();
}
