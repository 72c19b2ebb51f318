"""Right solutions of ``batchnorm`` in unusual styles."""

from autograder.variants import variant


@variant
def staged_graph():
    """The computation graph of Ioffe & Szegedy step by step, and back through every node."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if not training:
            Z_hat = (Z - running_mean) / np.sqrt(running_var + eps)
            return gamma * Z_hat + beta, None, running_mean.copy(), running_var.copy()
        m = Z.shape[1]
        mu = 1 / m * np.sum(Z, axis=1, keepdims=True)
        xmu = Z - mu
        sq = xmu**2
        var = 1 / m * np.sum(sq, axis=1, keepdims=True)
        sqrtvar = np.sqrt(var + eps)
        ivar = 1 / sqrtvar
        xhat = xmu * ivar
        out = gamma * xhat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        return out, (xhat, gamma, xmu, ivar, sqrtvar, var, eps), running_mean, running_var

    def batchnorm_backward(dout, cache):
        xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
        n, m = dout.shape
        dbeta = np.sum(dout, axis=1, keepdims=True)
        dgamma = np.sum(dout * xhat, axis=1, keepdims=True)
        dxhat = dout * gamma
        divar = np.sum(dxhat * xmu, axis=1, keepdims=True)
        dxmu1 = dxhat * ivar
        dsqrtvar = -1 / sqrtvar**2 * divar
        dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar
        dsq = 1 / m * np.ones((n, m)) * dvar
        dxmu2 = 2 * xmu * dsq
        dx1 = dxmu1 + dxmu2
        dmu = -np.sum(dx1, axis=1, keepdims=True)
        dx2 = 1 / m * np.ones((n, m)) * dmu
        return dx1 + dx2, dgamma, dbeta


@variant
def closed_form_with_m_in_front():
    """The textbook closed form: 1/m outside, m dout inside."""

    def batchnorm_backward(dout, cache):
        Z_hat, inverse_std, gamma = cache
        m = dout.shape[1]
        dbeta = dout.sum(axis=1, keepdims=True)
        dgamma = (dout * Z_hat).sum(axis=1, keepdims=True)
        dZ = gamma * inverse_std / m * (m * dout - dbeta - Z_hat * dgamma)
        return dZ, dgamma, dbeta


@variant
def projection_matrix():
    """dZ by an explicit projection orthogonal to the ones and to the normalised row."""

    def batchnorm_backward(dout, cache):
        Z_hat, inverse_std, gamma = cache
        n, m = dout.shape
        dZ = np.empty((n, m))
        for i in range(n):
            P = np.eye(m) - np.ones((m, m)) / m - np.outer(Z_hat[i], Z_hat[i]) / m
            dZ[i] = gamma[i, 0] * inverse_std[i, 0] * (P @ dout[i])
        dgamma = np.einsum("ij,ij->i", dout, Z_hat)[:, None]
        return dZ, dgamma, np.einsum("ij->i", dout)[:, None]


@variant
def full_jacobian():
    """dZ by the Jacobian of each row, entry by entry."""

    def batchnorm_backward(dout, cache):
        Z_hat, s, gamma = cache
        n, m = dout.shape
        dZ = np.zeros((n, m))
        for i in range(n):
            J = [[gamma[i, 0] * s[i, 0] * ((j == k) - 1 / m - Z_hat[i, j] * Z_hat[i, k] / m)
                  for k in range(m)] for j in range(m)]  # fmt: skip
            dZ[i] = dout[i] @ np.array(J)
        return dZ, (dout * Z_hat) @ np.ones((m, 1)), dout @ np.ones((m, 1))


@variant
def pure_loops():
    """Nothing but loops over units and examples."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        n, m = Z.shape
        out, Z_hat, inverse = np.zeros((n, m)), np.zeros((n, m)), np.zeros(n)
        new_mean, new_var = np.zeros((n, 1)), np.zeros((n, 1))
        for i in range(n):
            if training:
                mean = 0.0
                for j in range(m):
                    mean += Z[i, j] / m
                var = 0.0
                for j in range(m):
                    var += (Z[i, j] - mean) ** 2 / m
                new_mean[i, 0] = momentum * running_mean[i, 0] + (1 - momentum) * mean
                new_var[i, 0] = momentum * running_var[i, 0] + (1 - momentum) * var
            else:
                mean = new_mean[i, 0] = running_mean[i, 0]
                var = new_var[i, 0] = running_var[i, 0]
            inverse[i] = 1 / (var + eps) ** 0.5
            for j in range(m):
                Z_hat[i, j] = (Z[i, j] - mean) * inverse[i]
                out[i, j] = gamma[i, 0] * Z_hat[i, j] + beta[i, 0]
        return out, {"hat": Z_hat, "inverse": inverse, "gamma": gamma}, new_mean, new_var

    def batchnorm_backward(dout, cache):
        n, m = dout.shape
        dZ, dgamma, dbeta = np.zeros((n, m)), np.zeros((n, 1)), np.zeros((n, 1))
        for i in range(n):
            for j in range(m):
                dgamma[i, 0] += dout[i, j] * cache["hat"][i, j]
                dbeta[i, 0] += dout[i, j]
            for j in range(m):
                inner = m * dout[i, j] - dbeta[i, 0] - cache["hat"][i, j] * dgamma[i, 0]
                dZ[i, j] = cache["gamma"][i, 0] * cache["inverse"][i] * inner / m
        return dZ, dgamma, dbeta

    def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
        new_W, new_b = np.zeros(W.shape), np.zeros(b.shape)
        for i in range(W.shape[0]):
            gain = gamma[i, 0] / (running_var[i, 0] + eps) ** 0.5
            for j in range(W.shape[1]):
                new_W[i, j] = gain * W[i, j]
            new_b[i, 0] = gain * (b[i, 0] - running_mean[i, 0]) + beta[i, 0]
        return new_W, new_b


@variant
def welford():
    """Mean and variance by Welford's running update."""

    def welford(row):
        mean, squares = 0.0, 0.0
        for count, x in enumerate(row, start=1):
            delta = x - mean
            mean += delta / count
            squares += delta * (x - mean)
        return mean, squares / len(row)

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, var = np.array([welford(row) for row in Z]).T[:, :, None]
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean.copy(), running_var.copy()
            running_mean, running_var = mean.copy(), var.copy()
        inverse_std = (var + eps) ** -0.5
        Z_hat = (Z - mean) * inverse_std
        return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@variant
def mean_of_squares_minus_square_of_mean():
    """The variance as E[Z²] - E[Z]²."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        mean, var = running_mean, running_var
        if training:
            mean = np.mean(Z, 1, keepdims=True)
            var = np.maximum(np.mean(Z * Z, 1, keepdims=True) - mean * mean, 0)
            running_mean = running_mean * momentum + mean * (1 - momentum)
            running_var = running_var * momentum + var * (1 - momentum)
        inverse_std = np.reciprocal(np.sqrt(var + eps))
        Z_hat = (Z - mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return gamma * Z_hat + beta, cache, np.array(running_mean), np.array(running_var)


@variant
def pairwise_variance():
    """The variance as half the mean square of all differences."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean = np.average(Z, axis=1)[:, np.newaxis]
            var = 0.5 * np.mean((Z[:, :, None] - Z[:, None, :]) ** 2, axis=(1, 2))[:, None]
            new = momentum * running_mean + (1 - momentum) * mean
            new_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
            new, new_var = 1 * running_mean, 1 * running_var
        inverse_std = 1 / np.sqrt(var + eps)
        Z_hat = (Z - mean) * inverse_std
        return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), new, new_var


@variant
def numpy_cov():
    """The variance from np.cov with bias=True."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean = Z.mean(axis=1).reshape(-1, 1)
            var = np.diag(np.atleast_2d(np.cov(Z, bias=True))).reshape(-1, 1)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
        inverse_std = 1 / np.sqrt(var + eps)
        Z_hat = (Z - mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return gamma * Z_hat + beta, cache, running_mean.copy(), running_var.copy()


@variant
def standard_deviation_with_hypot():
    """The root as hypot(std, sqrt(eps))."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, std = Z.mean(axis=1, keepdims=True), Z.std(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * std**2
        else:
            mean, std = running_mean, np.sqrt(running_var)
        inverse_std = 1 / np.hypot(std, np.sqrt(eps))
        Z_hat = (Z - mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return gamma * Z_hat + beta, cache, running_mean.copy(), running_var.copy()


@variant
def exponential_update():
    """The memory moved towards the batch: running += (1 - momentum) (batch - running)."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        running_mean, running_var = running_mean.copy(), running_var.copy()
        mean, var = running_mean.copy(), running_var.copy()
        if training:
            mean, var = Z.mean(1, keepdims=True), Z.var(1, keepdims=True)
            running_mean += (1 - momentum) * (mean - running_mean)
            running_var += (1 - momentum) * (var - running_var)
        inverse_std = 1 / np.sqrt(var + eps)
        Z_hat = (Z - mean) * inverse_std
        return gamma * Z_hat + beta, (Z_hat, inverse_std, gamma), running_mean, running_var


@variant
def weighted_average_memory():
    """The memory by np.average with weights."""

    def blend(old, new, momentum):
        return np.average(np.stack([old, new]), axis=0, weights=[momentum, 1 - momentum])

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, var = Z.mean(1, keepdims=True), Z.var(1, keepdims=True)
            running_mean = blend(running_mean, mean, momentum)
            running_var = blend(running_var, var, momentum)
        else:
            mean, var = running_mean, running_var
        inverse_std = 1 / np.sqrt(var + eps)
        Z_hat = (Z - mean) * inverse_std
        cache = (Z_hat, inverse_std, gamma)
        return gamma * Z_hat + beta, cache, running_mean + 0, running_var + 0


@variant
def transposed_inside():
    """Works on examples as rows inside, and turns everything at the door."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        X, g, b, rm, rv = Z.T, gamma[:, 0], beta[:, 0], running_mean[:, 0], running_var[:, 0]
        if training:
            mu, v = X.mean(0), X.var(0)
            rm, rv = momentum * rm + (1 - momentum) * mu, momentum * rv + (1 - momentum) * v
        else:
            mu, v = rm, rv
        hat = (X - mu) / np.sqrt(v + eps)
        cache = hat, g, v + eps
        return (g * hat + b).T, cache, rm[:, None].copy(), rv[:, None].copy()

    def batchnorm_backward(dout, cache):
        hat, g, v = cache
        D = dout.T
        dX = g / np.sqrt(v) * (D - D.mean(0) - hat * (D * hat).mean(0))
        return dX.T, (D * hat).sum(0)[:, None], D.sum(0)[:, None]


@variant
def fortran_order():
    """Arrays in Fortran order and as views."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        Z = np.asfortranarray(Z)
        mean, var = running_mean, running_var
        if training:
            mean, var = Z.mean(axis=1)[:, None], Z.var(axis=1)[:, None]
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        inverse_std = 1 / np.sqrt(var + eps)
        Z_hat = np.asfortranarray((Z - mean) * inverse_std)
        out = np.asfortranarray(gamma * Z_hat + beta)
        wide = np.hstack([running_mean, running_var])
        return out, (Z_hat, inverse_std, gamma), wide[:, :1], wide[:, 1:]


@variant
def layer_object():
    """The cache is an object of a class of its own."""

    class Layer:
        def __init__(self, Z, mean, var, gamma, eps):
            self.gamma, self.deviation = gamma, np.sqrt(var + eps)
            self.normalised = (Z - mean) / self.deviation

        def out(self, beta):
            return self.gamma * self.normalised + beta

        def back(self, dout):
            d = dout * self.gamma
            centred = d - d.mean(axis=1, keepdims=True)
            along = self.normalised * (d * self.normalised).mean(axis=1, keepdims=True)
            return (centred - along) / self.deviation

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if not training:
            layer = Layer(Z, running_mean, running_var, gamma, eps)
            return layer.out(beta), layer, running_mean.copy(), running_var.copy()
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        layer = Layer(Z, mean, var, gamma, eps)
        memory = [momentum * old + (1 - momentum) * new
                  for old, new in ((running_mean, mean), (running_var, var))]  # fmt: skip
        return (layer.out(beta), layer, *memory)

    def batchnorm_backward(dout, cache):
        dgamma = (dout * cache.normalised).sum(axis=1, keepdims=True)
        return cache.back(dout), dgamma, dout.sum(axis=1, keepdims=True)


@variant
def closure_cache():
    """The cache is a function that knows the way back."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
        s = 1 / np.sqrt(var + eps)
        hat = (Z - mean) * s

        def back(dout):
            dgamma, dbeta = (dout * hat).sum(1, keepdims=True), dout.sum(1, keepdims=True)
            return gamma * s * (dout - (dbeta + hat * dgamma) / Z.shape[1]), dgamma, dbeta

        return gamma * hat + beta, back, running_mean.copy(), running_var.copy()

    def batchnorm_backward(dout, cache):
        return cache(dout)


@variant
def list_cache_popped():
    """The cache is a list that the backward pass empties."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
        s = 1 / np.sqrt(var + eps)
        hat = (Z - mean) * s
        return gamma * hat + beta, [gamma, s, hat], running_mean.copy(), running_var.copy()

    def batchnorm_backward(dout, cache):
        hat = cache.pop()
        s = cache.pop()
        gamma = cache.pop()
        dgamma, dbeta = (dout * hat).sum(1, keepdims=True), dout.sum(1, keepdims=True)
        return gamma * s * (dout - (dbeta + hat * dgamma) / dout.shape[1]), dgamma, dbeta


@variant
def iterator_cache():
    """The cache is a generator that can be read once."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
        s = 1 / np.sqrt(var + eps)
        hat = (Z - mean) * s
        stored = (x for x in (hat, s, gamma))
        return gamma * hat + beta, stored, running_mean.copy(), running_var.copy()

    def batchnorm_backward(dout, cache):
        hat, s, gamma = cache
        dgamma, dbeta = (dout * hat).sum(1, keepdims=True), dout.sum(1, keepdims=True)
        return gamma * s * (dout - (dbeta + hat * dgamma) / dout.shape[1]), dgamma, dbeta


@variant
def cache_of_inputs():
    """Only the inputs are kept, and the backward pass computes everything again."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
        out = gamma * (Z - mean) / np.sqrt(var + eps) + beta
        return out, (Z.copy(), gamma.copy(), eps), running_mean.copy(), running_var.copy()

    def batchnorm_backward(dout, cache):
        Z, gamma, eps = cache
        m = Z.shape[1]
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        dhat = gamma * dout
        dvar = np.sum(dhat * (Z - mean), axis=1, keepdims=True) * -0.5 * (var + eps) ** -1.5
        dmean = np.sum(-dhat / np.sqrt(var + eps), axis=1, keepdims=True) + dvar * np.mean(
            -2 * (Z - mean), axis=1, keepdims=True
        )
        dZ = dhat / np.sqrt(var + eps) + dvar * 2 * (Z - mean) / m + dmean / m
        dgamma = np.sum(dout * (Z - mean) / np.sqrt(var + eps), axis=1, keepdims=True)
        return dZ, dgamma, np.sum(dout, axis=1, keepdims=True)


@variant
def scale_and_shift():
    """The forward pass as one affine map a Z + c."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        mean, var = (
            (Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True))
            if training
            else (running_mean, running_var)
        )
        a = gamma / np.sqrt(var + eps)
        c = beta - a * mean
        Z_hat = (Z - mean) / np.sqrt(var + eps)
        keep = momentum if training else 1.0
        return (
            a * Z + c,
            (Z_hat, 1 / np.sqrt(var + eps), gamma),
            keep * running_mean + (1 - keep) * mean,
            keep * running_var + (1 - keep) * var,
        )


@variant
def einsum_everywhere():
    """Sums and products by einsum."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        m = Z.shape[1]
        if training:
            mean = np.einsum("nm->n", Z)[:, None] / m
            var = np.einsum("nm,nm->n", Z - mean, Z - mean)[:, None] / m
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        else:
            mean, var = running_mean, running_var
        s = 1 / np.sqrt(var + eps)
        hat = np.einsum("nm,nk->nm", Z - mean, s)
        out = np.einsum("nm,nk->nm", hat, gamma) + beta
        return out, (hat, s, gamma), running_mean.copy(), running_var.copy()

    def batchnorm_backward(dout, cache):
        hat, s, gamma = cache
        m = dout.shape[1]
        dgamma = np.einsum("nm,nm->n", dout, hat)[:, None]
        dbeta = np.einsum("nm->n", dout)[:, None]
        dZ = np.einsum("nk,nk,nm->nm", gamma, s, dout - dbeta / m - hat * dgamma / m)
        return dZ, dgamma, dbeta

    def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
        gain = gamma / np.sqrt(running_var + eps)
        new_b = np.einsum("ik,ik->ik", gain, b - running_mean) + beta
        return np.einsum("ij,ik->ij", W, gain), new_b


@variant
def diagonal_matrices():
    """The gains as a diagonal matrix."""

    def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
        D = np.diag((gamma / np.sqrt(running_var + eps)).ravel())
        return D @ W, D @ b + beta - D @ running_mean


@variant
def folded_by_probing():
    """The soldered layer found by asking the two layers: zero for the bias, unit vectors for W."""

    def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
        def layer(A):
            return gamma * (W @ A + b - running_mean) / np.sqrt(running_var + eps) + beta

        offset = layer(np.zeros((W.shape[1], 1)))
        return layer(np.eye(W.shape[1])) - offset, offset


@variant
def folded_by_own_forward():
    """The soldered bias by the student's own batchnorm_forward at inference."""

    def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
        memory = dict(running_mean=running_mean, running_var=running_var, eps=eps, training=False)
        new_b = batchnorm_forward(b, gamma, beta, **memory)[0]
        columns = [batchnorm_forward(b + W[:, [j]], gamma, beta, **memory)[0] - new_b
                   for j in range(W.shape[1])]  # fmt: skip
        return np.hstack(columns), new_b


@variant
def folded_with_augmented_matrix():
    """Weights and bias as one matrix, scaled together and split again into views."""

    def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
        both = np.concatenate([W, b - running_mean], axis=1) * (gamma / np.sqrt(running_var + eps))
        both[:, -1:] += beta
        return both[:, :-1], both[:, -1:]


@variant
def decorated():
    """A decorator copies every array argument before the function sees it."""

    import functools

    def on_copies(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            args = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
            kwargs = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in kwargs.items()}
            return function(*args, **kwargs)

        return wrapper

    @on_copies
    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        mean, var = running_mean.copy(), running_var.copy()
        if training:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean *= momentum
            running_mean += (1 - momentum) * mean
            running_var *= momentum
            running_var += (1 - momentum) * var
        Z -= mean
        s = 1 / np.sqrt(var + eps)
        Z *= s
        return gamma * Z + beta, (Z, s, gamma), running_mean, running_var

    @on_copies
    def batchnorm_backward(dout, cache):
        hat, s, gamma = cache
        dgamma, dbeta = (dout * hat).sum(1, keepdims=True), dout.sum(1, keepdims=True)
        dout -= (dbeta + hat * dgamma) / dout.shape[1]
        dout *= gamma * s
        return dout, dgamma, dbeta


@variant
def namedtuple_returned():
    """The results come as a named tuple."""

    from collections import namedtuple

    Normalised = namedtuple("Normalised", "out cache running_mean running_var")
    Gradients = namedtuple("Gradients", "dZ dgamma dbeta")

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        mean, var = running_mean, running_var
        if training:
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        s = 1 / np.sqrt(var + eps)
        hat = (Z - mean) * s
        return Normalised(
            gamma * hat + beta, (hat, s, gamma), running_mean.copy(), running_var.copy()
        )

    def batchnorm_backward(dout, cache):
        hat, s, gamma = cache
        dgamma, dbeta = (dout * hat).sum(1, keepdims=True), dout.sum(1, keepdims=True)
        dZ = gamma * s * (dout - (dbeta + hat * dgamma) / dout.shape[1])
        return Gradients(dZ, dgamma, dbeta)


@variant
def keyword_only_helper():
    """One helper normalises for training and for inference."""

    def normalise(Z, *, mean, var, eps):
        return np.divide(np.subtract(Z, mean), np.sqrt(np.add(var, eps)))

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        statistics = {"mean": running_mean, "var": running_var}
        memory = {name: value.copy() for name, value in statistics.items()}
        if training:
            for name in statistics:
                statistics[name] = getattr(np, name)(Z, axis=-1, keepdims=True)
                memory[name] = momentum * memory[name] + (1 - momentum) * statistics[name]
        hat = normalise(Z, eps=eps, **statistics)
        cache = (hat, 1 / np.sqrt(statistics["var"] + eps), gamma)
        return np.multiply(gamma, hat) + beta, cache, memory["mean"], memory["var"]


@variant
def longdouble_inside():
    """Extended precision inside, float64 outside."""

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        long = Z.astype(np.longdouble)
        mean, var = running_mean, running_var
        if training:
            mean, var = long.mean(axis=1, keepdims=True), long.var(axis=1, keepdims=True)
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        s = 1 / np.sqrt(var + eps)
        hat = (long - mean) * s
        out = (gamma * hat + beta).astype(float)
        return out, (hat, s, gamma), running_mean.astype(float), running_var.astype(float)

    def batchnorm_backward(dout, cache):
        hat, s, gamma = cache
        dgamma, dbeta = (dout * hat).sum(1, keepdims=True), dout.sum(1, keepdims=True)
        dZ = gamma * s * (dout - (dbeta + hat * dgamma) / dout.shape[1])
        return dZ.astype(float), dgamma.astype(float), dbeta.astype(float)


@variant
def two_helpers():
    """Training and inference are two functions."""

    def in_training(Z, gamma, beta, mean, var, momentum, eps):
        mu, v = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        s = 1 / np.sqrt(v + eps)
        hat = (Z - mu) * s
        new = (1 - momentum) * mu + momentum * mean, (1 - momentum) * v + momentum * var
        return (beta + hat * gamma, (hat, s, gamma), *new)

    def in_use(Z, gamma, beta, mean, var, eps):
        W, b = fold_batchnorm(np.eye(len(Z)), np.zeros(gamma.shape), gamma, beta, mean, var, eps)
        return W @ Z + b, None, mean.copy(), var.copy()

    def batchnorm_forward(Z, gamma, beta, running_mean, running_var, momentum=0.9, eps=1e-5,
                          training=True):  # fmt: skip
        if training:
            return in_training(Z, gamma, beta, running_mean, running_var, momentum, eps)
        return in_use(Z, gamma, beta, running_mean, running_var, eps)
