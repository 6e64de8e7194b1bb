namespace Raft.Testing;

/// <summary>
/// A suite that an implementation of a port must pass. It depends on no test framework: each clause is a method, and
/// <see cref="Clauses"/> lists their names, so that a framework can make each a test case of its own.
/// </summary>
/// <remarks>
/// A clause makes a new subject, uses it and disposes it, so clauses may run in any order and, as far as their subjects
/// can, at the same time. Whatever an implementation throws in a clause that does not provoke it breaks the clause.
/// </remarks>
public abstract class PortContract
{
    private readonly List<(ContractClause Clause, Func<Task> Check)> _clauses = [];

    private protected PortContract()
    {
    }

    /// <summary>
    /// The names of the clauses that the subject can be held to, in a fixed order. What needs an ability that the subject lacks is
    /// left out.
    /// </summary>
    public IReadOnlyList<string> Clauses => [.. Applying.Select(static each => each.Clause.Name)];

    /// <summary>Checks one clause.</summary>
    /// <param name="clause">Its name, one of <see cref="Clauses"/>.</param>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    /// <exception cref="ArgumentException">There is no such clause, or the subject cannot be held to it.</exception>
    public Task RunAsync(string clause)
    {
        foreach ((ContractClause each, Func<Task> check) in Applying)
        {
            if (string.Equals(each.Name, clause, StringComparison.Ordinal))
            {
                return check();
            }
        }

        throw new ArgumentException($"{GetType().Name} has no clause '{clause}', or its subject lacks the ability that the clause needs. "
            + $"Choose one of {string.Join(", ", Clauses)}.", nameof(clause));
    }

    /// <summary>Checks all clauses, one after another, and stops at the first that is broken.</summary>
    /// <returns>The names of the clauses that were checked.</returns>
    /// <exception cref="ContractBrokenException">One is broken.</exception>
    public async Task<IReadOnlyList<string>> RunAllAsync()
    {
        foreach ((_, Func<Task> check) in Applying)
        {
            await check().ConfigureAwait(false);
        }

        return Clauses;
    }

    private IEnumerable<(ContractClause Clause, Func<Task> Check)> Applying => _clauses.Where(each => Applies(each.Clause.Name));

    /// <summary>Whether the clause is one of those that the user wants.</summary>
    private protected virtual bool Applies(string clause) => true;

    /// <summary>Asks a subject what it can do, and lets it clean up.</summary>
    private protected static TAnswer Ask<TSubject, TAnswer>(Func<TSubject> newSubject, Func<TSubject, TAnswer> question)
        where TSubject : ContractSubject
    {
        TSubject subject = newSubject();
        TAnswer answer = question(subject);
        subject.DisposeAsync().AsTask().GetAwaiter().GetResult(); // a constructor cannot await; nothing was made that takes long to delete
        return answer;
    }

    private protected void Add(Func<Task> check, string rule) => _clauses.Add((new ContractClause(check.Method.Name, rule), check));

    private protected ContractClause Find(string name) => _clauses.FirstOrDefault(each => each.Clause.Name == name).Clause
        ?? throw new NotSupportedException($"The subject lacks the ability that {GetType().Name}.{name} needs: see what its properties "
            + "starting with 'Can' say.");
}
